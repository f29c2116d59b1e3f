"""Times of day by the C library, minute by minute: what a clock on the wall shows, looked up and never computed.

It takes the rule at its word. A time begins at the first minute at which the clock shows it or a later one, and ends at
the first minute from which on it shows no earlier one.
"""

import calendar
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from zoneinfo import ZoneInfo

from postroom.preferences import wall_clock
from postroom.preferences.model import Delivery, Weekday, Window
from postroom.preferences.times import next_digest, quiet_until
from tests.experiments.calendars import local_time

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_DAY_MINUTES = 1440
_AROUND = 5
"""Days that are looked at, before and after a moment."""

_STEP = 10
"""Minutes between the times of day that are compared."""

_HOUR, _WEEKDAY = 2, Weekday.SUNDAY
"""When most clocks are changed."""


def changes(zone: str, first: datetime, last: datetime) -> list[datetime]:
    """The hours in which the clock is changed."""
    with local_time(zone):
        hours = range(int(first.timestamp()), int(last.timestamp()), 3600)
        offsets = [time.localtime(hour).tm_gmtoff for hour in hours]
    pairs = zip(hours[1:], offsets, offsets[1:], strict=False)
    return [datetime.fromtimestamp(hour, UTC) for hour, before, after in pairs if before != after]


@dataclass(frozen=True, eq=False)
class Shown:
    """What the clock shows from ``first`` on, minute by minute, as minutes of a calendar."""

    first: datetime
    minutes: Sequence[int]

    @classmethod
    def around(cls, zone: str, moment: datetime, days: int = _AROUND) -> "Shown":
        first = moment.replace(minute=0, second=0, microsecond=0) - days * _DAY
        start = int(first.timestamp())
        with local_time(zone):
            seconds = range(start, start + 2 * days * 86_400, 60)
            return cls(first, [calendar.timegm(time.localtime(second)) // 60 for second in seconds])

    def begins(self, local: datetime) -> datetime:
        return self._at(bisect_left(self._highest, _as_minutes(local)))

    def ends(self, local: datetime) -> datetime:
        return self._at(bisect_left(self._lowest, _as_minutes(local)))

    def days(self) -> list[datetime]:
        """Local midnights that are well within."""
        first, last = self.minutes[0] // _DAY_MINUTES + 1, self.minutes[-1] // _DAY_MINUTES - 1
        return [_epoch() + number * _DAY for number in range(first, last)]

    @cached_property
    def _highest(self) -> list[int]:
        return list(accumulate(self.minutes, max))

    @cached_property
    def _lowest(self) -> list[int]:
        return list(accumulate(reversed(self.minutes), min))[::-1]

    def _at(self, index: int) -> datetime:
        return self.first + index * _MINUTE


def compare(zone: str, moment: datetime, windows: Sequence[Window]) -> list[str]:
    """Where the product differs on the days around a change."""
    shown = Shown.around(zone, moment)
    return [
        *_compare_times(zone, shown),
        *_compare_full_hours(zone, moment, shown),
        *_compare_quiet(zone, moment, shown, windows),
        *_compare_digests(zone, moment, shown),
    ]


def _compare_times(zone: str, shown: Shown) -> Iterator[str]:
    known = ZoneInfo(zone)
    middle = shown.minutes[len(shown.minutes) // 2] // _DAY_MINUTES
    highest, lowest = list(accumulate(shown.minutes, max)), list(accumulate(reversed(shown.minutes), min))[::-1]
    for number in range((middle - 1) * _DAY_MINUTES, (middle + 2) * _DAY_MINUTES, _STEP):
        local = _epoch() + number * _MINUTE
        begins, ends = (shown.first + bisect_left(one, number) * _MINUTE for one in (highest, lowest))
        if wall_clock.begins(known, local.date(), local.time()) != begins:
            yield f"{zone}: {local} begins"
        if wall_clock.ends(known, local.date(), local.time()) != ends:
            yield f"{zone}: {local} ends"


def _compare_full_hours(zone: str, moment: datetime, shown: Shown) -> Iterator[str]:
    known = ZoneInfo(zone)
    full = [shown.first + index * _MINUTE for index, one in enumerate(shown.minutes) if one % 60 == 0]
    for quarter in range(-12, 12):
        now = moment + quarter * timedelta(minutes=15)
        if wall_clock.next_full_hour(known, now) != next(one for one in full if one > now):
            yield f"{zone}: the full hour after {now}"


def _compare_quiet(zone: str, moment: datetime, shown: Shown, windows: Sequence[Window]) -> Iterator[str]:
    known = ZoneInfo(zone)
    stretches = [
        (shown.begins(day + _since_midnight(window.start)), shown.ends(_end_of(window, day)))
        for window in windows
        for day in shown.days()
        if any(one.number == day.weekday() for one in window.days)
    ]
    for half_hour in range(-24, 24):
        now = expected = moment + half_hour * timedelta(minutes=30)
        while any(begins <= expected < ends for begins, ends in stretches):
            expected += _MINUTE
        if (quiet_until(windows, known, now) or now) != expected:
            yield f"{zone}: quiet at {now} until {expected}"


def _compare_digests(zone: str, moment: datetime, shown: Shown) -> Iterator[str]:
    known = ZoneInfo(zone)
    due = [(day, shown.begins(day + timedelta(hours=_HOUR))) for day in shown.days()]
    for hours in range(-30, 30):
        now = moment + hours * timedelta(hours=1)
        if next_digest(Delivery.DAILY, known, _HOUR, _WEEKDAY, now) != next(at for _, at in due if at > now):
            yield f"{zone}: the daily digest after {now}"
        weekly = next((at for day, at in due if at > now and day.weekday() == _WEEKDAY.number), None)
        if weekly and next_digest(Delivery.WEEKLY, known, _HOUR, _WEEKDAY, now) != weekly:
            yield f"{zone}: the weekly digest after {now}"


def naive_differs(zone: str, moment: datetime) -> bool:
    """Whether it would be wrong to give a local time the zone and take what comes of it for its end."""
    shown, known = Shown.around(zone, moment), ZoneInfo(zone)
    middle = shown.minutes[len(shown.minutes) // 2] // _DAY_MINUTES
    times = (_epoch() + number * _MINUTE for number in range(middle * _DAY_MINUTES, (middle + 1) * _DAY_MINUTES, 5))
    return any(local.replace(tzinfo=known).astimezone(UTC) != shown.ends(local) for local in times)


def _end_of(window: Window, day: datetime) -> datetime:
    return day + _since_midnight(window.end) + (_DAY if window.end <= window.start else timedelta(0))


def _since_midnight(at: object) -> timedelta:
    hour, minute = str(at).split(":")[:2]
    return timedelta(hours=int(hour), minutes=int(minute))


def _as_minutes(local: datetime) -> int:
    return (local - _epoch()) // _MINUTE


def _epoch() -> datetime:
    return datetime(1970, 1, 1)  # noqa: DTZ001 - what a clock shows has no zone
