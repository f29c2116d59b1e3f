"""What somebody wants a preference to be, and what comes of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from postroom.preferences.model import Choice, Delivery, Preference
from postroom.users.model import comparable

MOST_JOB_TYPES = 30


class Left(Enum):
    OUT = auto()


@dataclass(frozen=True, slots=True)
class Wanted:
    """None leaves a field as it is. ``email_address``: None takes it away."""

    enabled: bool | None = None
    job_types: tuple[str, ...] | None = None
    delivery: Delivery | None = None
    email_address: str | Left | None = Left.OUT

    def fulfilled(self, before: Preference) -> Preference:
        """With another address it is not confirmed; what was said of an address however it is written, stays said."""
        address = before.email_address if self.email_address is Left.OUT else self.email_address
        return replace(
            before,
            choice=Choice(
                enabled=before.choice.enabled if self.enabled is None else self.enabled,
                job_types=before.choice.job_types if self.job_types is None else _once_each(self.job_types),
                delivery=self.delivery or before.choice.delivery,
            ),
            email_address=address,
            email_confirmed=before.email_confirmed and is_same(address, before.email_address),
        )


def new_preference(tenant_id: str, user_id: str, event_type: str, now: datetime) -> Preference:
    """A preference of which nothing was said but that there is one."""
    return Preference(
        tenant_id=tenant_id,
        user_id=user_id,
        event_type=event_type,
        choice=Choice(enabled=True),
        email_address=None,
        email_confirmed=False,
        revision=0,
        created_at=now,
        updated_at=now,
    )


def is_same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and comparable(one) == comparable(other)


def _once_each(job_types: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(job_types)))
