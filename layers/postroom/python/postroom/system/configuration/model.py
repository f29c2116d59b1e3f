"""A configuration as it was found, and what is said of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Level(StrEnum):
    """ERROR: something does not work. WARNING: it will not for long, or not as was meant."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Area(StrEnum):
    ACCOUNTS = "accounts"
    POOLS = "pools"
    TEMPLATES = "templates"
    MAILS = "mails"
    USERS = "users"
    KEYS = "keys"
    DEPLOYMENT = "deployment"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with ``subject``, and how to mend it."""

    level: Level
    subject: str
    found: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Check(Generic[T]):
    """Looks at one thing, in ``T``. ``well`` is what is said when it finds nothing."""

    code: str
    area: Area
    well: str
    look: Callable[[T], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the report."""

    code: str
    area: Area
    level: Level
    subject: str
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """``bounded`` says of what only a part was looked at."""

    at: datetime
    points: tuple[Point, ...]
    bounded: tuple[str, ...] = ()

    def count(self, level: Level) -> int:
        return sum(point.level is level for point in self.points)


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A part of a configuration: of many things the first."""

    items: tuple[T, ...] = ()
    is_all: bool = True


def error(subject: str, found: str, remedy: str) -> Finding:
    return Finding(Level.ERROR, subject, found, remedy)


def warning(subject: str, found: str, remedy: str) -> Finding:
    return Finding(Level.WARNING, subject, found, remedy)
