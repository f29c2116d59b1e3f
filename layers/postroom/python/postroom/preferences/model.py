"""What users want to hear of, how and when: their own words, those of their tenant, and quiet hours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from postroom.users.model import UserRole

_BETWEEN = "~"
"""Stands between the two parts of an id. Neither a user's id nor the name of an event type can have it."""


class Delivery(StrEnum):
    """At once, or folded into a digest of a period."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class Rule(StrEnum):
    """Whose word it is, the strongest first."""

    OWN = "own"
    TENANT = "tenant"
    ROLE = "role"
    SYSTEM = "system"


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """As ``date.weekday`` has it."""
        return list(Weekday).index(self)


@dataclass(frozen=True, slots=True)
class Choice:
    """``job_types``: only of jobs of these types; none stands for all, and for what is no job."""

    enabled: bool
    job_types: tuple[str, ...] = ()
    delivery: Delivery = Delivery.IMMEDIATE

    def is_of(self, job_type: str | None) -> bool:
        return not self.job_types or job_type in self.job_types


@dataclass(frozen=True, slots=True)
class Preference:
    """What one user wants of one event type. ``revision`` rises with each change, from 1.

    ``email_address`` takes the place of the user's own one when it is ``email_confirmed``: its owner said so.
    """

    tenant_id: str
    user_id: str
    event_type: str
    choice: Choice
    email_address: str | None
    email_confirmed: bool
    revision: int
    created_at: datetime
    updated_at: datetime

    @property
    def id(self) -> str:
        """There is one for a user and an event type, which are its name."""
        return id_of(self.user_id, self.event_type)


@dataclass(frozen=True, slots=True)
class Window:
    """On each of ``days`` it begins at ``start``. When ``end`` is not later, it ends on the day after."""

    days: frozenset[Weekday]
    start: time
    end: time

    @property
    def is_over_midnight(self) -> bool:
        return self.end <= self.start


@dataclass(frozen=True, slots=True)
class UserSettings:
    """When a user wants nothing, and when a digest.

    ``timezone`` is None for the user's own; ``digest_hour``, ``digest_weekday`` and ``most_per_hour`` are None for the
    tenant's. ``most_per_hour``: so many of one event type at once, in any hour.
    """

    quiet_hours: tuple[Window, ...] = ()
    timezone: str | None = None
    digest_hour: int | None = None
    digest_weekday: Weekday | None = None
    most_per_hour: int | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class TenantDefault:
    """What holds for those of a tenant's users who said nothing, in ``roles``; none stands for all."""

    choice: Choice
    roles: frozenset[UserRole] = frozenset()

    def holds_for(self, role: UserRole) -> bool:
        return not self.roles or role in self.roles


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """``defaults`` by event type. ``confirmation_url`` is where the link in a mail leads that confirms an address."""

    defaults: Mapping[str, TenantDefault] = field(default_factory=dict)
    digest_hour: int | None = None
    digest_weekday: Weekday | None = None
    confirmation_url: str = ""
    most_per_hour: int | None = None
    revision: int = 0


def id_of(user_id: str, event_type: str) -> str:
    return f"{user_id}{_BETWEEN}{event_type}"


def parts_of(one: str) -> tuple[str, str]:
    """Of the id of a preference: the user's id and the event type."""
    user_id, _, event_type = one.partition(_BETWEEN)
    return user_id, event_type
