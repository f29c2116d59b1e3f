"""Local dates. A day belongs to the account's time zone; some have no midnight, and some have two."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_day(now: datetime, timezone: str) -> str:
    """The ISO date at ``now``; ISO dates sort by time."""
    return now.astimezone(ZoneInfo(timezone)).date().isoformat()


def day_end(day: str, timezone: str) -> datetime:
    """The first moment, in UTC, whose local date is later than ``day``.

    Where the clock jumps over midnight, ``fold=0`` reads the missing hour with the offset before the jump, which is
    exactly the moment of the jump. Where a date is skipped, the next one is taken.
    """
    zone = ZoneInfo(timezone)
    for days in range(1, 3):
        midnight = datetime.combine(date.fromisoformat(day) + timedelta(days=days), time.min, zone)
        moment = midnight.astimezone(UTC)
        if moment.astimezone(zone).date().isoformat() > day:
            return moment
    raise AssertionError(f"{timezone} skipped two days after {day}")


def epoch_hour(now: datetime) -> int:
    return int(now.timestamp()) // 3600
