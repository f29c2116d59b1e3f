"""Local dates by the C library, which reads the same files as ``zoneinfo`` with code of its own."""

import os
import time
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from postroom.accounts.days import day_end, local_day

_HOUR = 3600
Date = tuple[int, int, int]


def date_changes(zone: str, first: datetime, last: datetime) -> list[tuple[int, Date]]:
    """Every second (since the epoch) at which the local date becomes another, and which it becomes."""
    changes: list[tuple[int, Date]] = []
    with local_time(zone):
        start, end = int(first.timestamp()), int(last.timestamp())
        before = _date(start)
        for moment in range(start + _HOUR, end, _HOUR):
            after = _date(moment)
            if after != before:
                changes.append((_bisect(moment - _HOUR, moment, before), after))
                before = after
    return changes


def _date(moment: int) -> Date:
    return time.localtime(moment)[:3]


def _bisect(low: int, high: int, before: Date) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _date(middle) == before else (low, middle)
    return high


def _file(zone: str) -> Path:
    for directory in zoneinfo.TZPATH:
        found = Path(directory, *zone.split("/"))
        if found.is_file():
            return found
    return Path(str(files("tzdata").joinpath("zoneinfo", *zone.split("/"))))


@contextmanager
def local_time(zone: str) -> Iterator[None]:
    previous = os.environ.get("TZ")
    os.environ["TZ"] = f":{_file(zone)}"
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if previous is not None:
            os.environ["TZ"] = previous
        time.tzset()


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True)
class Agreement:
    """``days``: how many were compared; ``wrong``: where the product differs; ``naive``: where a fixed offset would."""

    days: int
    wrong: list[str]
    naive: int


def compare_zone(zone: str, first: datetime, last: datetime) -> Agreement:
    changes = date_changes(zone, first, last)
    offset = first.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset()
    assert offset is not None
    wrong: list[str] = []
    naive = 0
    for (begins, date), (ends, following) in pairwise(changes):
        day = "{:04}-{:02}-{:02}".format(*date)
        moments = map(moment, (begins, (begins + ends) // 2, ends - 1))
        wrong += [f"{zone}: the date at {now}" for now in moments if local_day(now, zone) != day]
        if following > date and day_end(day, zone) != moment(ends):
            wrong.append(f"{zone}: the end of {day}")
        naive += (moment(begins) + offset).date().isoformat() != day
    return Agreement(max(0, len(changes) - 1), wrong, naive)
