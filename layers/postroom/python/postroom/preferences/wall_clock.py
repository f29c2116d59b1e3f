"""From what a clock on the wall shows to moments, also on the days on which it is put forward or back.

A time that the clock does not show, since it was put forward over it, has come at the jump. Of a time that it shows
twice, the first one counts where something begins, and the second one where something ends. So what is said in local
times begins once and ends once, on every day, and is one stretch of time.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_TICK = timedelta(microseconds=1)
_HOUR = timedelta(hours=1)


def begins(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The first moment at which the clock shows this time, or a later one. In UTC."""
    return _moment(zone, datetime.combine(day, at), fold=0)


def ends(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The moment from which on the clock shows no time before this one any more. In UTC."""
    local = datetime.combine(day, at) - _TICK
    before = _moment(zone, local, fold=1)
    return before + _TICK if _shown(zone, before) == local else before


def next_full_hour(zone: ZoneInfo, now: datetime) -> datetime:
    """The next moment after ``now`` at which the clock shows a full hour. In UTC."""
    found = now
    while True:
        shown = _shown(zone, found)
        past = timedelta(minutes=shown.minute, seconds=shown.second, microseconds=shown.microsecond)
        if not past and found > now:
            return found
        found += _HOUR - past


def local_day(zone: ZoneInfo, moment: datetime) -> date:
    return moment.astimezone(zone).date()


def _moment(zone: ZoneInfo, local: datetime, *, fold: int) -> datetime:
    found = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    return found if _shown(zone, found) == local else _jump_over(zone, local)


def _jump_over(zone: ZoneInfo, local: datetime) -> datetime:
    """When the clock was put forward over a time that it does not show."""
    # By the offset after the jump it would be a moment before the jump, and the other way round (PEP 495).
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC).replace(microsecond=0)
    seconds = (local.replace(tzinfo=zone, fold=0).astimezone(UTC) - before) // _SECOND + 1
    offset = before.astimezone(zone).utcoffset()
    later = range(1, seconds + 1)
    found = bisect_left(later, 1, key=lambda count: (before + count * _SECOND).astimezone(zone).utcoffset() != offset)
    return before + later[found] * _SECOND


def _shown(zone: ZoneInfo, moment: datetime) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
