"""Imports of many users from a file, and what becomes of its lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from postroom.errors import FieldError
from postroom.users.wishes import Wishes

KEPT = timedelta(days=7)
"""How long an import, its file and its report can be read; the bucket's lifecycle rule says the same."""

LARGEST_FILE = 100_000_000
LONGEST_LINE = 100_000
"""Bytes, as the file is."""

MOST_USERS = 250_000
"""Of one file: its ids and addresses are remembered, so that none stands in it twice."""


class Format(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


class ImportStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Counts:
    """Of lines, by what became of them."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
        )

    @property
    def lines(self) -> int:
        return self.created + self.changed + self.unchanged + self.refused


@dataclass(frozen=True, slots=True)
class Import:
    """``line``: the last one of the file whose fate is counted. ``etag``: the file as it was when it was started.

    ``holder`` works on it until ``leased_until``. ``claims``: how often somebody began to since the last progress, and
    may have died; ``faults``: how often somebody could not go on.
    """

    tenant_id: str
    id: str
    format: Format
    status: ImportStatus
    created_at: datetime
    detail: str | None = None
    line: int = 0
    counts: Counts = Counts()
    etag: str | None = None
    size: int = 0
    holder: str | None = None
    leased_until: datetime | None = None
    claims: int = 0
    faults: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A user as a file gives it: by the names of fields, unchecked. ``line`` is where it begins, from 1."""

    line: int
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that was not taken. ``fatal``: nor is anything behind it."""

    line: int
    errors: tuple[FieldError, ...]
    user_id: str | None = None
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """Where a file can be put, by whoever has the address."""

    url: str
    content_type: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SourceFile:
    """``size`` in bytes; ``etag`` changes when the file does."""

    etag: str
    size: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line that can be a user."""

    line: int
    user_id: str
    wishes: Wishes
