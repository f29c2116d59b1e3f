from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from postroom.accounts.days import day_end, epoch_hour, local_day


def second_implementation(now: datetime, timezone: str) -> datetime:
    """Walks forward in quarters of an hour, then in seconds, until the local date is later."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    moment = now
    for step in (timedelta(minutes=15), timedelta(seconds=1)):
        while (moment + step).astimezone(zone).date() <= today:
            moment += step
    return moment + timedelta(seconds=1)


DAYS_WITH_A_CATCH = [
    ("America/Sao_Paulo", datetime(2018, 11, 3, 12, tzinfo=UTC)),  # no midnight: 00:00 jumps to 01:00
    ("Asia/Beirut", datetime(2022, 3, 26, 12, tzinfo=UTC)),  # no midnight
    ("America/Havana", datetime(2024, 11, 2, 12, tzinfo=UTC)),  # 00:00 comes twice
    ("Atlantic/Azores", datetime(2024, 10, 26, 12, tzinfo=UTC)),  # 23:00 of the day before comes twice
    ("Pacific/Apia", datetime(2011, 12, 29, 20, tzinfo=UTC)),  # the 30th never was
    ("Australia/Lord_Howe", datetime(2024, 4, 6, 12, tzinfo=UTC)),  # half an hour
    ("America/Scoresbysund", datetime(2024, 3, 30, 22, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2024, 4, 25, 12, tzinfo=UTC)),  # no midnight
    ("Africa/Cairo", datetime(2024, 10, 31, 12, tzinfo=UTC)),  # 23:00 comes twice
]


@pytest.mark.parametrize(("timezone", "now"), DAYS_WITH_A_CATCH)
def test_a_day_with_a_catch_ends_when_its_date_does(timezone: str, now: datetime) -> None:
    assert day_end(local_day(now, timezone), timezone) == second_implementation(now, timezone)


def test_every_zone_agrees_with_a_second_implementation_around_its_changes() -> None:
    # Four times a year is where clocks change; the whole calendar takes minutes.
    moments = [datetime(2026, month, day, 12, tzinfo=UTC) for month, day in ((3, 28), (4, 4), (10, 24), (10, 31))]

    wrong = [
        (zone, now)
        for zone in sorted(available_timezones())
        for now in moments
        if day_end(local_day(now, zone), zone) != second_implementation(now, zone)
    ]

    assert wrong == []


def test_a_date_that_comes_back_for_an_hour_is_over_only_when_it_is_over_for_good() -> None:
    # 00:59:59 on November 3rd is followed by 00:00 on the same day.
    start = datetime(2024, 11, 3, 4, tzinfo=UTC)

    assert local_day(start, "America/Havana") == "2024-11-03"
    assert day_end(local_day(start, "America/Havana"), "America/Havana") == datetime(2024, 11, 4, 5, tzinfo=UTC)


def test_dates_sort_as_time_does() -> None:
    days = [(date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in range(400)]

    assert days == sorted(days)


def test_hours_are_counted_in_utc() -> None:
    assert epoch_hour(datetime(1970, 1, 2, 1, 59, tzinfo=UTC)) == 25


def test_a_counter_that_is_ahead_of_its_zone_ends_its_day_when_the_zone_has_passed_it() -> None:
    # An account moved from Kiribati to Niue: its count belongs to tomorrow there.
    now = datetime(2030, 1, 31, 12, tzinfo=UTC)
    ahead = local_day(now, "Pacific/Kiritimati")

    assert ahead == "2030-02-01"
    assert local_day(now, "Pacific/Niue") == "2030-01-31"
    assert local_day(day_end(ahead, "Pacific/Niue"), "Pacific/Niue") == "2030-02-02"
