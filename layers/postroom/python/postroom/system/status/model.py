"""The state of the system as it is told: what waits where, what ran, what is not well."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from postroom.system.asked import Asked
from postroom.system.model import Age, Gauge, Guide, WatchedQueue


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


@dataclass(frozen=True, slots=True)
class Problem:
    """``since`` is None when nobody noted it."""

    code: str
    what: str
    remedy: str
    guide: Guide
    since: datetime | None = None
