"""When quiet hours end, and when a digest is due."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from postroom.preferences import wall_clock
from postroom.preferences.model import Delivery, Weekday, Window

_DAY = timedelta(days=1)
_BEGAN_AT_MOST = 2
"""Days before today that a window may have begun which is not over: it ends on the next day, and a day may be left out,
as 30 December 2011 was in Samoa."""

_LONGEST_SILENCE = 15
"""Days. Windows leave some time of each week free; a jump of the clock may take it once."""

_WEEK = 7


def quiet_until(windows: Iterable[Window], zone: ZoneInfo, now: datetime) -> datetime | None:
    """When there is no window any more, one upon the other; None when there is none now."""
    windows, end, latest = tuple(windows), now, now + _LONGEST_SILENCE * _DAY
    while end < latest and (stops := [stop for start, stop in _around(windows, zone, end) if start <= end < stop]):
        end = max(stops)
    return end if end > now else None


def next_digest(period: Delivery, zone: ZoneInfo, hour: int, weekday: Weekday, now: datetime) -> datetime:
    """The first moment after ``now`` at which a digest of this period is due. In UTC."""
    if period is Delivery.HOURLY:
        return wall_clock.next_full_hour(zone, now)
    today, days = wall_clock.local_day(zone, now), range(-1, _WEEK + 2)
    of_week = range(_WEEK) if period is Delivery.DAILY else (weekday.number,)
    dates = (today + number * _DAY for number in days)
    due = (wall_clock.begins(zone, date, time(hour)) for date in dates if date.weekday() in of_week)
    return next(moment for moment in due if moment > now)


def _around(windows: tuple[Window, ...], zone: ZoneInfo, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """All that may hold then. That of tomorrow may have begun, when the clock is put back over midnight."""
    today = wall_clock.local_day(zone, moment)
    for number in range(-_BEGAN_AT_MOST, 2) if windows else ():
        day = today + number * _DAY
        for window in windows:
            if any(one.number == day.weekday() for one in window.days):
                last = day + _DAY if window.is_over_midnight else day
                yield wall_clock.begins(zone, day, window.start), wall_clock.ends(zone, last, window.end)
