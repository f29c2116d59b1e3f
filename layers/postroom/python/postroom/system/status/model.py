"""The state of the system as it is told: what waits where, what ran, what is not well."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from postroom.system.asked import Asked
from postroom.system.model import Age, Gauge, WatchedQueue


@dataclass(frozen=True, slots=True)
class QueueState:
    queue: WatchedQueue
    gauge: Asked[Gauge]
    age: Age


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Of the queues that put aside there."""

    queues: tuple[WatchedQueue, ...]
    depth: Asked[int]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(queue.name for queue in self.queues)


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
