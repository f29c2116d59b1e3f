"""What windows of quiet may be."""

from collections.abc import Iterable, Iterator
from datetime import time

from postroom.errors import FieldError
from postroom.preferences.model import Window

MOST_WINDOWS = 21
LEAST_FREE = 60
"""Minutes of a week in which mails may come: whoever wants none at all has preferences that say so."""

_DAY = 24 * 60
_WEEK = 7 * _DAY


def faults_of(windows: Iterable[Window]) -> Iterator[FieldError]:
    if _free(windows) < LEAST_FREE:
        yield FieldError("quiet_hours", f"must leave {LEAST_FREE} minutes of the week free; to hear nothing, opt out")


def _free(windows: Iterable[Window]) -> int:
    quiet: set[int] = set()
    for window in windows:
        length = (_minute(window.end) - _minute(window.start)) % _DAY or _DAY
        for day in window.days:
            first = day.number * _DAY + _minute(window.start)
            quiet.update(minute % _WEEK for minute in range(first, first + length))
    return _WEEK - len(quiet)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
