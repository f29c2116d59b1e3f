from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.accounts.limits import Demand, limits_at, whole_limits
from postroom.accounts.model import Lesson, QuotaUnit
from tests.builders import an_account
from tests.fakes.time import NOON


def test_what_the_owner_set_holds_when_nothing_was_learned() -> None:
    limits = limits_at(an_account(daily_limit=200, min_wait_time=2.5, max_connections=4, high_priority_share=10), NOON)

    assert (limits.daily, limits.kept, limits.spacing_ms, limits.connections) == (200, 20, 2500, 4)


def test_a_part_of_the_limit_is_open_to_mail_of_high_priority_alone() -> None:
    limits = limits_at(an_account(daily_limit=30, high_priority_share=20), NOON)

    assert limits.open_to(Demand(high=True)) == 30
    assert limits.open_to(Demand(high=False)) == 24


def test_a_mail_is_counted_as_its_provider_counts_it() -> None:
    assert Demand(recipients=3).units(QuotaUnit.RECIPIENTS) == 3
    assert Demand(recipients=3).units(QuotaUnit.MESSAGES) == 1


@pytest.mark.parametrize(("days", "daily"), [(0, 100), (1, 150), (4, 300), (8, 500), (30, 500)])
def test_a_learned_limit_comes_back_by_a_tenth_a_day(days: int, daily: int) -> None:
    account = an_account(daily_limit=500, learned_daily=Lesson(100, NOON))

    assert limits_at(account, NOON + timedelta(days=days)).daily == daily


def test_a_learned_limit_above_the_owners_says_nothing() -> None:
    assert limits_at(an_account(daily_limit=20, learned_daily=Lesson(100, NOON)), NOON).daily == 20


@pytest.mark.parametrize(("minutes", "spacing"), [(0, 10_000), (6, 5_000), (30, 1_667), (54, 1_000), (90, 1_000)])
def test_a_learned_pace_comes_back_within_an_hour(minutes: int, spacing: int) -> None:
    account = an_account(min_wait_time=1.0, learned_spacing=Lesson(10_000, NOON))

    assert limits_at(account, NOON + timedelta(minutes=minutes)).spacing_ms == spacing


def test_an_account_without_a_pace_has_none_again_after_a_learned_one() -> None:
    account = an_account(min_wait_time=0, learned_spacing=Lesson(8_000, NOON))

    assert limits_at(account, NOON).spacing_ms == 8_000
    assert limits_at(account, NOON + timedelta(hours=1)).spacing_ms == 0


@given(
    wanted=st.integers(0, 100_000),
    learned=st.integers(1, 100_000),
    wait=st.floats(0, 3600),
    spacing=st.integers(1, 3_600_000),
    seconds=st.lists(st.integers(0, 3_000_000), min_size=2, max_size=2).map(sorted),
)
def test_what_was_learned_never_widens_a_limit_and_only_recovers(
    wanted: int, learned: int, wait: float, spacing: int, seconds: list[int]
) -> None:
    account = an_account(
        daily_limit=wanted,
        min_wait_time=wait,
        learned_daily=Lesson(learned, NOON),
        learned_spacing=Lesson(spacing, NOON),
    )

    sooner, later = (limits_at(account, NOON + timedelta(seconds=each)) for each in seconds)

    assert sooner.daily <= later.daily <= wanted
    assert sooner.spacing_ms >= later.spacing_ms >= round(wait * 1000)


def test_what_is_whole_has_no_lesson_on_the_daily_limit() -> None:
    account = an_account(daily_limit=100, learned_daily=Lesson(10, NOON))

    assert (limits_at(account, NOON).daily, whole_limits(account, NOON).daily) == (10, 100)
    assert whole_limits(an_account(daily_limit=30), NOON) == limits_at(an_account(daily_limit=30), NOON)
