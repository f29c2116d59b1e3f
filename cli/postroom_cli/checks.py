"""A point of ``config check``."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Point:
    level: Level
    subject: str
    found: str
    remedy: str = ""

    def document(self) -> dict[str, object]:
        return {"level": self.level.value, "subject": self.subject, "found": self.found, "remedy": self.remedy}


def ok(subject: str, found: str) -> Point:
    return Point(Level.OK, subject, found)


def warning(subject: str, found: str, remedy: str) -> Point:
    return Point(Level.WARNING, subject, found, remedy)


def wrong(subject: str, found: str, remedy: str) -> Point:
    return Point(Level.WRONG, subject, found, remedy)
