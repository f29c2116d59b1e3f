from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from postroom.written_times import written_duration, written_time

TWO = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("UTC", "20 November 2026, 02:00 UTC"),
        ("Europe/Berlin", "20 November 2026, 03:00 CET"),
        ("America/New_York", "19 November 2026, 21:00 EST"),
        ("Asia/Kathmandu", "20 November 2026, 07:45 UTC+05:45"),
        ("America/Sao_Paulo", "19 November 2026, 23:00 UTC-03"),
    ],
)
def test_a_time_is_written_as_the_user_reads_clocks(zone: str, written: str) -> None:
    assert written_time(TWO, ZoneInfo(zone)) == written


def test_no_time_is_nothing() -> None:
    assert written_time(None, UTC) == written_duration(None, TWO) == written_duration(TWO, None) == ""
    assert written_duration(TWO, TWO - timedelta(seconds=1)) == ""


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59.6, "1 minute"),
        (840, "14 minutes"),
        (61, "1 minute 1 second"),
        (3600, "1 hour"),
        (3899, "1 hour 4 minutes"),
        (7260, "2 hours 1 minute"),
        (86_400, "1 day"),
        (180_000, "2 days 2 hours"),
    ],
)
def test_a_length_of_time_is_written_in_its_two_largest_units(seconds: float, written: str) -> None:
    assert written_duration(TWO, TWO + timedelta(seconds=seconds)) == written
