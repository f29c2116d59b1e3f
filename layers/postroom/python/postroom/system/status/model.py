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
    """The headings to which a problem leads, in the folder docs, as links name them."""

    DEAD_LETTERS = "operations.md#dead-letters"
    DEAD_LETTERS_OF_MAILS = "operations.md#dead-letters-of-mails"
    DEAD_LETTERS_OF_IMPORTS = "operations.md#dead-letters-of-imports"
    OLD_MAIL = "operations.md#old-mail"
    OLD_REQUESTS = "operations.md#old-requests"
    OLD_IMPORTS = "operations.md#old-imports"
    LATE = "operations.md#missed-schedules"
    FAILING = "operations.md#function-errors"
    ACCOUNTS = "operations.md#stopped-accounts"
    FAILURES = "operations.md#failure-rate"
    UNAVAILABLE = "status.md#a-part-does-not-answer"
    NOBODY = "status.md#no-account-can-send"
    BLOCKED = "status.md#messages-wait-and-do-not-go"


@dataclass(frozen=True, slots=True)
class Problem:
    """``since`` is None when nobody noted it."""

    code: str
    what: str
    remedy: str
    guide: Guide
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """A part of the whole: what was answered, or the kind of the fault."""

    value: T | None
    fault: str | None = None


Look = Callable[[], T]
