"""When what waits will have gone, in cases small enough to be counted by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from postroom.accounts.model import Account, AccountStatus, Lesson, QuotaUnit, QuotaWindow
from postroom.accounts.windows import new_counter
from postroom.capacity.forecast import HORIZON, forecast
from postroom.capacity.model import Group, Outlook
from postroom.clock import to_milliseconds
from postroom.messages.model import Priority
from tests.builders import an_account
from tests.experiments.foretold import some_scene
from tests.fakes.time import NOON

MIDNIGHT = datetime(2030, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def waiting(count: float, *accounts: Account, at: datetime = NOON, priority: Priority = Priority.NORMAL) -> Group:
    return Group(priority, frozenset(account.id for account in accounts), {at: count})


def foretold(*accounts: Account, count: float, now: datetime = NOON) -> Outlook:
    [outlook] = forecast(accounts, [waiting(count, *accounts, at=now)], now, [now + HOUR])
    return outlook


def unpaced(**changes: Any) -> Account:  # noqa: ANN401 - any field of it
    return an_account(min_wait_time=0.0, **changes)


def after(account: Account, **counted: Any) -> Account:  # noqa: ANN401 - any field of a counter
    return replace(account, counter=replace(account.counter, **counted))


def by_hours(account: Account, used: Mapping[int, int]) -> Account:
    """``used``: how many hours ago, how many."""
    hour = account.counter.hour
    return after(account, hours={hour - ago: count for ago, count in used.items()}, rolling_used=sum(used.values()))


def test_what_the_limit_lets_go_goes_at_once() -> None:
    outlook = foretold(unpaced(daily_limit=30), count=30)

    assert outlook.gone_at == NOON
    assert outlook.gone_by[NOON + HOUR] == pytest.approx(30)


def test_one_too_many_goes_when_the_next_day_begins() -> None:
    assert foretold(unpaced(daily_limit=30), count=31).gone_at == MIDNIGHT


def test_what_was_sent_today_is_not_left() -> None:
    account = after(unpaced(daily_limit=30), day_used=29)

    outlook = foretold(account, count=31)

    assert outlook.gone_by[NOON + HOUR] == pytest.approx(1)
    assert outlook.gone_at == MIDNIGHT


def test_a_pace_lets_them_go_one_by_one() -> None:
    outlook = foretold(an_account(daily_limit=200, min_wait_time=60.0), count=100)

    assert outlook.gone_by[NOON + HOUR] == pytest.approx(60, abs=1)
    assert outlook.gone_at == pytest.approx(NOON + timedelta(minutes=99), abs=timedelta(minutes=5))


def test_a_pace_holds_from_the_last_mail_on() -> None:
    next_send_ms = to_milliseconds(NOON + timedelta(minutes=30))

    outlook = foretold(after(an_account(min_wait_time=3600.0), next_send_ms=next_send_ms), count=1)

    assert outlook.gone_at == NOON + timedelta(minutes=30)


def test_what_was_given_appointments_before_goes_before() -> None:
    booked_ms = to_milliseconds(NOON + timedelta(minutes=30))
    account = after(an_account(min_wait_time=60.0), booked_ms=booked_ms)

    gone_at = foretold(account, count=10).gone_at

    # The first finds a slot that nobody has taken, and the others come behind what is booked.
    assert gone_at is not None
    assert abs(gone_at - NOON - timedelta(minutes=38)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("zone", "now", "hours"),
    [
        ("Europe/Berlin", datetime(2030, 3, 30, 23, tzinfo=UTC), 23),
        ("Europe/Berlin", datetime(2030, 10, 26, 22, tzinfo=UTC), 25),
        ("Europe/Berlin", datetime(2030, 6, 30, 22, tzinfo=UTC), 24),
        ("Africa/Cairo", datetime(2030, 4, 25, 22, tzinfo=UTC), 23),
        ("Australia/Lord_Howe", datetime(2030, 10, 5, 13, 30, tzinfo=UTC), 23.5),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(zone: str, now: datetime, hours: float) -> None:
    account = unpaced(daily_limit=10, timezone=zone, counter=new_counter(now, zone))

    assert foretold(account, count=11, now=now).gone_at == now + timedelta(hours=hours)


def test_each_account_has_its_own_midnight() -> None:
    here = after(unpaced(daily_limit=10), day_used=10)
    there = unpaced(id="acc_2", daily_limit=10, timezone="Asia/Tokyo", counter=new_counter(NOON, "Asia/Tokyo"))

    outlook = foretold(here, after(there, day_used=10), count=10)

    assert outlook.gone_at == datetime(2030, 1, 31, 15, tzinfo=UTC)


def test_a_rolling_window_gives_back_hour_by_hour() -> None:
    account = by_hours(unpaced(daily_limit=30, quota_window=QuotaWindow.ROLLING_24H), {25: 10, 24: 5, 20: 15})

    outlook = foretold(account, count=20)

    # 10 leave in an hour, 5 in two, the others in six.
    assert outlook.gone_by[NOON + HOUR] == pytest.approx(0)
    assert outlook.gone_at == NOON + 6 * HOUR


def test_what_is_sent_fills_a_rolling_window_again() -> None:
    account = unpaced(daily_limit=10, quota_window=QuotaWindow.ROLLING_24H)

    assert foretold(account, count=30).gone_at == NOON + 52 * HOUR


@pytest.mark.parametrize("limits", [(0,), (0, 0)])
def test_a_limit_of_nothing_is_waited_for_in_vain(limits: tuple[int, ...]) -> None:
    accounts = [unpaced(id=f"acc_{index}", daily_limit=limit) for index, limit in enumerate(limits)]

    outlook = foretold(*accounts, count=5)

    assert (outlook.gone_at, outlook.left) == (None, 5)


@pytest.mark.parametrize("status", [AccountStatus.INACTIVE, AccountStatus.PENDING, AccountStatus.ERROR])
def test_an_account_that_is_not_active_sends_nothing(status: AccountStatus) -> None:
    outlook = foretold(unpaced(status=status), count=5)

    assert (outlook.gone_at, outlook.left) == (None, 5)


def test_without_any_account_everything_stays() -> None:
    [outlook] = forecast([], [waiting(5)], NOON)

    assert (outlook.gone_at, outlook.left) == (None, 5)


def test_nothing_is_foretold_beyond_the_horizon() -> None:
    outlook = foretold(unpaced(daily_limit=10), count=1000)

    assert outlook.gone_at is None
    assert outlook.left == pytest.approx(1000 - 10 * (HORIZON.days + 1))


def test_an_account_that_rests_goes_on_afterwards() -> None:
    outlook = foretold(unpaced(rest_until=NOON + timedelta(minutes=20)), count=5)

    assert outlook.gone_at == NOON + timedelta(minutes=20)


def test_an_account_on_trial_sends_one_and_soon_the_others() -> None:
    gone_at = foretold(unpaced(proven=0), count=5).gone_at

    assert gone_at is not None
    assert timedelta(seconds=3) <= gone_at - NOON <= timedelta(seconds=5)


def test_a_share_is_kept_for_high_priority() -> None:
    account = unpaced(daily_limit=100, high_priority_share=20)
    normal, high = waiting(100, account), waiting(20, account, priority=Priority.HIGH)

    of_normal, of_high = forecast([account], [normal, high], NOON, [NOON + HOUR])

    assert of_high.gone_at == NOON
    assert of_normal.gone_by[NOON + HOUR] == pytest.approx(60)
    assert of_normal.gone_at == MIDNIGHT


def test_where_recipients_count_a_mail_to_three_takes_three() -> None:
    account = unpaced(daily_limit=10, quota_unit=QuotaUnit.RECIPIENTS)
    group = replace(waiting(6, account), each=3.0)

    [outlook] = forecast([account], [group], NOON, [NOON + HOUR])

    assert outlook.gone_by[NOON + HOUR] == pytest.approx(3)
    assert outlook.gone_at == MIDNIGHT


def test_a_limit_that_was_learned_grows_back() -> None:
    lesson = Lesson(10, NOON - timedelta(days=1))
    account = unpaced(daily_limit=100, learned_daily=lesson)

    outlook = foretold(account, count=100)

    assert outlook.gone_by[NOON + HOUR] == pytest.approx(20, abs=1)
    assert outlook.gone_at is not None
    assert MIDNIGHT + 2 * DAY <= outlook.gone_at < MIDNIGHT + 3 * DAY


def test_what_names_an_account_uses_no_other() -> None:
    one, other = unpaced(daily_limit=10), unpaced(id="acc_2", daily_limit=1000)

    named, free = forecast([one, other], [waiting(20, one), waiting(500, one, other)], NOON)

    assert named.gone_at is not None
    assert named.gone_at >= MIDNIGHT
    assert free.gone_at == NOON


def test_what_comes_back_later_goes_later() -> None:
    account = unpaced(daily_limit=30)

    [outlook] = forecast([account], [waiting(5, account, at=NOON + 3 * HOUR)], NOON, [NOON + HOUR])

    assert outlook.gone_by[NOON + HOUR] == 0
    assert outlook.gone_at == NOON + 3 * HOUR


def test_where_some_of_ten_thousand_accounts_stand_for_all_the_forecast_is_the_same() -> None:
    accounts = [an_account(id=f"acc_{index}", daily_limit=500, min_wait_time=60.0) for index in range(10_000)]
    few, named = accounts[:250], accounts[77]

    [of_few] = forecast(few, [waiting(250_000, *few)], NOON, [NOON + HOUR])
    of_all, of_named = forecast(accounts, [waiting(10_000_000, *accounts), waiting(5, named)], NOON, [NOON + HOUR])

    assert of_few.gone_at is not None
    assert of_all.gone_at is not None
    assert abs(of_all.gone_at - of_few.gone_at) < (of_few.gone_at - NOON) / 20
    assert of_all.gone_by[NOON + HOUR] == pytest.approx(600_000, rel=0.05)
    assert of_named.gone_at == NOON + timedelta(minutes=4)


@pytest.mark.parametrize("recipients", [1.0, 2.5, 40.0])
def test_whatever_the_accounts_no_mail_is_lost_and_none_goes_twice(recipients: float) -> None:
    hours = [HOUR * hour for hour in (0, 1, 6, 30)]
    for seed in range(150):
        scene = some_scene(seed)
        groups = [replace(group, each=recipients) for group in scene.groups]

        for outlook in forecast(scene.accounts, groups, scene.now, [scene.now + hour for hour in hours]):
            gone = list(outlook.gone_by.values())
            assert gone == sorted(gone)
            assert gone[-1] <= outlook.group.count + 1e-3
            assert (outlook.gone_at is None) == (outlook.left > 0)
            assert outlook.gone_at is None or outlook.gone_at >= scene.now


def test_more_accounts_never_make_it_later() -> None:
    for seed in range(100):
        scene = some_scene(seed)
        one, everybody = scene.accounts[:1], scene.accounts

        [alone] = forecast(one, [waiting(60, *one, at=scene.now)], scene.now)
        [together] = forecast(everybody, [waiting(60, *everybody, at=scene.now)], scene.now)

        if alone.gone_at is not None:
            assert together.gone_at is not None
            assert together.gone_at <= alone.gone_at + (alone.gone_at - scene.now) / 20 + timedelta(minutes=20)
