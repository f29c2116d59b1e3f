"""Local dates against a second implementation, and days that end under three triggers at once."""

from datetime import UTC, datetime, time
from zoneinfo import available_timezones

import pytest

from postroom.preferences.model import Weekday, Window
from tests.experiments.calendars import compare_zone
from tests.experiments.day_ends import SENDS, TRIGGERS, end_a_day
from tests.experiments.wall_clocks import changes, compare, naive_differs
from tests.faults.bare_aws import BareAws
from tests.long.figures import Figures

pytestmark = pytest.mark.long

CLOCKS_FROM = datetime(2026, 1, 1, tzinfo=UTC)
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
WINDOWS = (
    Window(frozenset(Weekday), time(22), time(2, 30)),
    Window(frozenset({Weekday.SATURDAY, Weekday.SUNDAY}), time(23, 30), time(0, 15)),
    Window(frozenset({Weekday.SUNDAY, Weekday.FRIDAY}), time(2, 10), time(2, 40)),
)
ROUNDS, NAIVE_ROUNDS, WAITING = 20, 5, 30


def test_every_zone_agrees_with_the_c_library_on_every_day_of_four_years(figures: Figures) -> None:
    zones = sorted(available_timezones())

    compared = [compare_zone(zone, FIRST, LAST) for zone in zones]

    days, naive = sum(one.days for one in compared), sum(one.naive > 0 for one in compared)
    assert [wrong for one in compared for wrong in one.wrong] == []
    assert days > len(zones) * 1_459
    assert naive > 100
    figures.tell(
        f"{len(zones)} time zones, 2024 to 2027: {days:,} local days",
        "0 differ",
        f"against the C library; control: with a fixed offset {naive} zones differ",
    )


def test_every_zones_wall_clock_agrees_with_the_c_library_around_every_change_of_two_years(figures: Figures) -> None:
    zones, last = sorted(available_timezones()), datetime(2028, 1, 1, tzinfo=UTC)
    found = [(zone, moment) for zone in zones for moment in changes(zone, CLOCKS_FROM, last)]

    wrong = [words for zone, moment in found for words in compare(zone, moment, WINDOWS)]

    naive = sum(naive_differs(zone, moment) for zone, moment in found)
    assert wrong == []
    assert len(found) > 400
    assert naive > 300
    figures.tell(
        f"{len(zones)} time zones, 2026 and 2027: times, quiet hours and digests around {len(found)} changes of clocks",
        "0 differ",
        f"against the C library; control: naive local times differ around {naive}",
    )


def test_a_day_ends_once_under_three_triggers(aws: BareAws, figures: Figures) -> None:
    for _ in range(ROUNDS):
        ended = end_a_day(aws, WAITING)

        assert ended.history == {ended.yesterday: 20}
        assert (ended.granted, ended.used, ended.left_in_the_counter) == (SENDS, SENDS, 0)
        assert len(ended.woken) == len(set(ended.woken)) == WAITING
    naive = [end_a_day(aws, WAITING, naive=True) for _ in range(NAIVE_ROUNDS)]

    woken_again, forgotten = sum(one.woken_again for one in naive), sum(one.forgotten for one in naive)
    assert woken_again > 0
    assert forgotten > 5
    figures.tell(
        f"{ROUNDS} days that end under {TRIGGERS} triggers at once, {WAITING} mails waiting, {SENDS} sent meanwhile",
        "history, counter and each waking once",
        f"control: plain writes forget {forgotten} of {NAIVE_ROUNDS * SENDS} sends, and wake {woken_again} again",
    )
