"""What is looked at: queues, what runs by the clock, and how its last run went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

_GRACE = timedelta(minutes=2)
"""A run may take nearly as long as its period, and the clock of a schedule is not exact."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """``name`` is its function's folder; the template says the same of ``every``."""

    name: str
    every: timedelta

    @property
    def late_after(self) -> timedelta:
        """One run may be missed."""
        return 2 * self.every + _GRACE


SCHEDULES = (
    Schedule("due", timedelta(minutes=1)),
    Schedule("digests", timedelta(minutes=1)),
    Schedule("daily_reset", timedelta(minutes=15)),
)


@dataclass(frozen=True, slots=True)
class Run:
    """``did`` counts what was done. ``fault`` is the kind of what ended it, and nothing of its words.

    ``failing_since``: when the first of the failures began that were met in a row.
    """

    schedule: str
    began_at: datetime
    ended_at: datetime
    did: Mapping[str, int] = field(default_factory=dict)
    fault: str | None = None
    succeeded_at: datetime | None = None
    failing_since: datetime | None = None


class Guide(StrEnum):
    """The headings to which a problem leads, in the folder docs, as links name them."""

    DEAD_LETTERS = "operations.md#dead-letters"
    DEAD_LETTERS_OF_MAILS = "operations.md#dead-letters-of-mails"
    DEAD_LETTERS_OF_IMPORTS = "operations.md#dead-letters-of-imports"
    DEAD_LETTERS_OF_JOBS = "operations.md#dead-letters-of-jobs"
    OLD_MAIL = "operations.md#old-mail"
    OLD_REQUESTS = "operations.md#old-requests"
    OLD_IMPORTS = "operations.md#old-imports"
    OLD_JOBS = "operations.md#old-jobs"
    LATE = "operations.md#missed-schedules"
    FAILING = "operations.md#function-errors"
    ACCOUNTS = "operations.md#stopped-accounts"
    FAILURES = "operations.md#failure-rate"
    UNAVAILABLE = "status.md#a-part-does-not-answer"
    NOBODY = "status.md#no-account-can-send"
    BLOCKED = "status.md#messages-wait-and-do-not-go"


@dataclass(frozen=True, slots=True)
class WatchedQueue:
    """``too_old``: when the oldest has waited for so long, something is wrong. ``worker`` is the function behind it.

    ``if_old`` and ``if_dead`` lead to what to do about it, and about what was put aside.
    ``at_least``: how often its messages must be hidden for as long as the worker may run.
    """

    name: str
    url: str
    too_old: timedelta
    worker: str
    if_old: Guide
    if_dead: Guide
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Gauge:
    """What SQS says of a queue; ``dead_letters_url`` is None where nothing is put aside.

    ``hidden_for``: how long a message is hidden from others while it is handled.
    """

    visible: int
    in_flight: int
    delayed: int
    hidden_for: timedelta
    dead_letters_url: str | None


@dataclass(frozen=True, slots=True)
class Age:
    """How long the oldest has waited; None when that is not known or nothing waits, and ``because`` says which."""

    oldest: timedelta | None
    because: str = ""
