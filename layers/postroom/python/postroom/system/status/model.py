"""The state of the system as it is told: what waits where, what ran, what is not well."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WatchedQueue:
    """``too_old``: when the oldest has waited for so long, something is wrong. ``worker`` is the function behind it.

    ``at_least``: how often its messages must be hidden for as long as the worker may run.
    """

    name: str
    url: str
    too_old: timedelta
    worker: str
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


@dataclass(frozen=True, slots=True)
class QueueState:
    """``gauge`` is None when it could not be asked, and ``fault`` says how that went."""

    queue: WatchedQueue
    gauge: Gauge | None
    age: Age
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Of the queues that are named; ``depth`` is None when it could not be asked."""

    queues: tuple[str, ...]
    depth: int | None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """``stage`` names the installation."""

    postroom: str
    python: str
    libraries: Mapping[str, str]
    stage: str


@dataclass(frozen=True, slots=True)
class Counted:
    """``at_least``: there are more."""

    count: int
    at_least: bool


class Guide(StrEnum):
    """The headings of docs/operations.md to which a problem leads, as links name them."""

    PART_UNAVAILABLE = "a-part-of-the-status-is-unavailable"
    DEAD_LETTERS = "dead-letters"
    TOO_OLD = "the-oldest-message-is-too-old"
    LATE = "a-schedule-is-late"
    FAILING = "a-schedule-fails"
    ACCOUNTS = "accounts-have-errors"
    NOBODY = "no-account-can-send"
    BLOCKED = "messages-wait-and-do-not-go"
    FAILURES = "many-mails-fail"


@dataclass(frozen=True, slots=True)
class Problem:
    """``since`` is None when nobody noted it."""

    code: str
    what: str
    remedy: str
    anchor: Guide
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """A part of the whole: what was answered, or the kind of the fault."""

    value: T | None
    fault: str | None = None


Look = Callable[[], T]
