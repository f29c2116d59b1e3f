"""Local times on the days on which the clock is changed, by examples and against the C library."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from postroom.preferences.model import Delivery, Weekday, Window
from postroom.preferences.times import next_digest, quiet_until
from postroom.preferences.wall_clock import begins, ends
from tests.experiments.wall_clocks import changes, compare, naive_differs

BERLIN = ZoneInfo("Europe/Berlin")
FORWARD, BACK = date(2027, 3, 28), date(2027, 10, 31)
"""On the first the clock goes from 02:00 to 03:00, on the second from 03:00 to 02:00."""

EVERY_DAY = frozenset(Weekday)
WINDOWS = (
    Window(EVERY_DAY, time(22), time(2, 30)),
    Window(frozenset({Weekday.SATURDAY, Weekday.SUNDAY}), time(23, 30), time(0, 15)),
    Window(frozenset({Weekday.SUNDAY, Weekday.FRIDAY}), time(2, 10), time(2, 40)),
    Window(frozenset({Weekday.THURSDAY}), time(5), time(5)),
)


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def test_on_a_usual_day_a_time_is_what_the_clock_shows() -> None:
    assert begins(BERLIN, date(2027, 7, 1), time(9, 30)) == utc(date(2027, 7, 1), 7, 30)
    assert ends(BERLIN, date(2027, 7, 1), time(9, 30)) == utc(date(2027, 7, 1), 7, 30)


def test_a_time_over_which_the_clock_is_put_forward_comes_at_the_jump() -> None:
    assert begins(BERLIN, FORWARD, time(2, 30)) == ends(BERLIN, FORWARD, time(2, 30)) == utc(FORWARD, 1)


def test_of_a_time_that_comes_twice_a_beginning_is_the_first_and_an_end_the_second() -> None:
    assert begins(BERLIN, BACK, time(2, 30)) == utc(BACK, 0, 30)
    assert ends(BERLIN, BACK, time(2, 30)) == utc(BACK, 1, 30)


def test_what_ends_where_the_clock_is_put_back_to_has_ended_the_first_time() -> None:
    # From the first 02:00 on, the clock never shows a time before 02:00 again.
    assert ends(BERLIN, BACK, time(2)) == utc(BACK, 0)
    assert ends(BERLIN, BACK, time(3)) == utc(BACK, 2)


def test_a_day_that_was_left_out_begins_and_ends_at_once() -> None:
    apia, left_out = ZoneInfo("Pacific/Apia"), date(2011, 12, 30)

    assert begins(apia, left_out, time(8)) == ends(apia, left_out, time(20)) == utc(left_out, 10)


def test_a_window_that_the_clock_leaves_out_is_not_there() -> None:
    window = Window(EVERY_DAY, time(2, 10), time(2, 50))

    assert quiet_until([window], BERLIN, utc(FORWARD, 0, 59)) is None
    assert quiet_until([window], BERLIN, utc(FORWARD, 1)) is None


def test_a_window_that_comes_twice_is_one_stretch() -> None:
    window = Window(EVERY_DAY, time(2, 10), time(2, 50))

    assert quiet_until([window], BERLIN, utc(BACK, 0, 9)) is None
    for hour, minute in ((0, 10), (0, 55), (1, 5), (1, 49)):
        assert quiet_until([window], BERLIN, utc(BACK, hour, minute)) == utc(BACK, 1, 50)
    assert quiet_until([window], BERLIN, utc(BACK, 1, 50)) is None


def test_windows_that_touch_are_one_quiet_time_also_over_midnight() -> None:
    monday = Window(frozenset({Weekday.MONDAY}), time(22), time(6))
    tuesday = Window(frozenset({Weekday.TUESDAY}), time(5), time(9))

    assert quiet_until([monday, tuesday], ZoneInfo("UTC"), datetime(2027, 7, 5, 23, tzinfo=UTC)) == datetime(
        2027, 7, 6, 9, tzinfo=UTC
    )
    assert quiet_until([monday], ZoneInfo("UTC"), datetime(2027, 7, 6, 22, tzinfo=UTC)) is None


def test_a_window_from_a_time_to_the_same_time_is_a_whole_day() -> None:
    sunday = Window(frozenset({Weekday.SUNDAY}), time(0), time(0))

    assert quiet_until([sunday], BERLIN, utc(BACK, 12)) == datetime(2027, 10, 31, 23, tzinfo=UTC)
    assert quiet_until([sunday], BERLIN, datetime(2027, 10, 31, 23, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("period", "now", "due"),
    [
        (Delivery.HOURLY, utc(BACK, 0, 30), utc(BACK, 1)),
        (Delivery.HOURLY, utc(BACK, 1), utc(BACK, 2)),
        (Delivery.HOURLY, utc(FORWARD, 0, 59), utc(FORWARD, 1)),
        (Delivery.DAILY, utc(FORWARD, 0, 59), utc(FORWARD, 1)),
        (Delivery.DAILY, utc(FORWARD, 1), utc(date(2027, 3, 29), 0)),
        (Delivery.DAILY, utc(BACK, 0), utc(date(2027, 11, 1), 1)),
        (Delivery.WEEKLY, utc(FORWARD, 1), utc(date(2027, 4, 4), 0)),
    ],
)
def test_a_digest_is_due_once_a_period_also_when_the_clock_is_changed(
    period: Delivery, now: datetime, due: datetime
) -> None:
    assert next_digest(period, BERLIN, 2, Weekday.SUNDAY, now) == due


SAMPLE = [
    ("Europe/Berlin", 2027),
    ("Australia/Lord_Howe", 2026),  # by half an hour
    ("Africa/Casablanca", 2026),
    ("America/Havana", 2026),  # at midnight
    ("America/St_Johns", 2010),  # a minute past midnight
    ("Pacific/Apia", 2011),  # left out a day
    ("Asia/Kathmandu", 1986),  # a quarter of an hour
    ("Antarctica/Troll", 2026),  # by two hours
]


@pytest.mark.parametrize(("zone", "year"), SAMPLE)
def test_the_rule_agrees_with_a_clock_that_is_looked_at_minute_by_minute(zone: str, year: int) -> None:
    found = changes(zone, datetime(year - 1, 12, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))

    wrong = [words for moment in found for words in compare(zone, moment, WINDOWS)]

    assert found
    assert wrong == []
    assert any(naive_differs(zone, moment) for moment in found)
