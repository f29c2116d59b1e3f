"""Local dates. A day belongs to the account's time zone; some have no midnight, and some have two."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_day(now: datetime, timezone: str) -> str:
    """The ISO date at ``now``; ISO dates sort by time."""
    return now.astimezone(ZoneInfo(timezone)).date().isoformat()


def next_day_start(now: datetime, timezone: str) -> datetime:
    """The first moment whose local date is later than today's, in UTC.

    Where the clock jumps over midnight, ``fold=0`` reads the missing hour with the offset before the jump, which is
    exactly the moment of the jump. Where a date repeats or is skipped, the next ones are tried.
    """
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    for days in range(1, 4):
        midnight = datetime.combine(today + timedelta(days=days), time.min, zone)
        moment = midnight.astimezone(now.tzinfo)
        if moment > now and moment.astimezone(zone).date() > today:
            return moment
    return now + timedelta(days=1)


def epoch_hour(now: datetime) -> int:
    return int(now.timestamp()) // 3600
