"""Whether, when and where one user hears of one event. It looks at nothing but what it is given."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from postroom.event_types.model import EventType
from postroom.preferences.model import Delivery, Rule
from postroom.preferences.rules import Wishes, digest_hour_of, digest_weekday_of, effective, timezone_of
from postroom.preferences.times import next_digest, quiet_until
from postroom.users.model import User


class Reason(StrEnum):
    """Why somebody hears nothing."""

    NOT_WANTED = "not_wanted"
    OTHER_JOB_TYPE = "other_job_type"


@dataclass(frozen=True, slots=True)
class Happening:
    """What of an event decides who hears of it. ``job_type`` is None when it is about no job."""

    event_type: EventType
    job_type: str | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True)
class AtOnce:
    pass


@dataclass(frozen=True, slots=True)
class PutOff:
    """Until quiet hours end: in one digest with all that was put off."""

    until: datetime


@dataclass(frozen=True, slots=True)
class InDigest:
    """``due_at`` is outside of quiet hours, and together with the period it says which digest it is."""

    period: Delivery
    due_at: datetime


@dataclass(frozen=True, slots=True)
class NotAtAll:
    reason: Reason


@dataclass(frozen=True, slots=True)
class Decision:
    """``rule`` is whose word it was, ``address`` where mail would go."""

    what: AtOnce | PutOff | InDigest | NotAtAll
    rule: Rule
    address: str


def decide(wishes: Wishes, happening: Happening, user: User, now: datetime) -> Decision:
    """What is critical passes quiet hours and digests, and nothing else: who does not want it does not get it."""
    holds = effective(wishes, happening.event_type, user)
    if not holds.choice.enabled:
        return Decision(NotAtAll(Reason.NOT_WANTED), holds.rule, holds.address)
    if not holds.choice.is_of(happening.job_type):
        return Decision(NotAtAll(Reason.OTHER_JOB_TYPE), holds.rule, holds.address)
    if happening.critical:
        return Decision(AtOnce(), holds.rule, holds.address)
    return Decision(_when(wishes, holds.choice.delivery, user, now), holds.rule, holds.address)


def _when(wishes: Wishes, delivery: Delivery, user: User, now: datetime) -> AtOnce | PutOff | InDigest:
    settings, tenant = wishes.settings, wishes.tenant
    zone = ZoneInfo(timezone_of(settings, user))
    if delivery is Delivery.IMMEDIATE:
        until = quiet_until(settings.quiet_hours, zone, now)
        return AtOnce() if until is None else PutOff(until)
    due_at = next_digest(delivery, zone, digest_hour_of(settings, tenant), digest_weekday_of(settings, tenant), now)
    return InDigest(delivery, quiet_until(settings.quiet_hours, zone, due_at) or due_at)
