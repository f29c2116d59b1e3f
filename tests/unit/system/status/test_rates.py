"""The last hour, out of hours of the clock."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from postroom.accounts.days import epoch_hour
from postroom.system.status.rates import rates_of
from tests.builders import an_account
from tests.fakes.time import NOON

THIS_HOUR = epoch_hour(NOON)


def test_of_the_hour_before_a_share_is_taken_that_is_still_within_sixty_minutes() -> None:
    account = an_account()
    recent = {THIS_HOUR - 1: {"sent": 40, "busy": 4}, THIS_HOUR: {"sent": 10}}
    account = replace(account, counter=replace(account.counter, recent=recent))

    rates = rates_of([account], NOON + timedelta(minutes=15))

    assert (rates.sent, rates.deferred, rates.estimated) == (10 + 30, {"busy": 3}, True)


def test_what_is_older_does_not_count() -> None:
    account = an_account()
    account = replace(account, counter=replace(account.counter, recent={THIS_HOUR - 2: {"sent": 40}}))

    rates = rates_of([account], NOON)

    assert (rates.sent, rates.estimated) == (0, False)


@given(st.lists(st.integers(0, 119), max_size=60), st.integers(0, 59))
def test_it_is_never_more_than_two_hours_tries_nor_less_than_this_hours(sent_at: list[int], minute: int) -> None:
    before = sum(1 for each in sent_at if each < 60)
    now = sum(1 for each in sent_at if 60 <= each <= 60 + minute)
    account = an_account()
    recent = {THIS_HOUR - 1: {"sent": before}, THIS_HOUR: {"sent": now}}
    account = replace(account, counter=replace(account.counter, recent=recent))

    rates = rates_of([account], NOON + timedelta(minutes=minute))

    assert now <= rates.sent <= before + now
