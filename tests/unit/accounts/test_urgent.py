"""Mails of high priority do not wait behind the appointments of others, and the slots they were told are kept."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from postroom.accounts.limits import PLAIN, Demand
from postroom.accounts.model import Account
from postroom.accounts.pace import NOBODY_COMES, PATIENCE
from postroom.accounts.reserve import Book, Granted, Reserve, Settle, VoidBookings
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.time import NOON, FakeClock

HIGH = Demand(high=True)
SPACING = timedelta(seconds=30)


class Setting:
    """An account that sends a mail every half minute, and has just sent one."""

    def __init__(self) -> None:
        self.store, self.clock = MemoryAccounts(), FakeClock()
        self.store.add(an_account(min_wait_time=SPACING.total_seconds(), daily_limit=100_000))
        self.book = Book(self.store, self.clock)
        assert self.reserve(PLAIN) == 1

    @property
    def account(self) -> Account:
        found = self.store.get("ten_a", "acc_1")
        assert found is not None
        return found

    def reserve(self, *wanted: Demand, seen: Account | None = None) -> int:
        granted = Reserve(self.store, self.clock)(seen or self.account, wanted, PATIENCE)
        if granted is None:
            return 0
        assert isinstance(granted, Granted)
        Settle(self.store)(granted, unused=0)
        return granted.count

    def slots(self, count: int, *, high: bool = False) -> list[timedelta]:
        return [slot - NOON for slot in self.book(self.account, count, high=high)]


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_behind_ten_thousand_appointments_a_mail_of_high_priority_has_the_next_slot(setting: Setting) -> None:
    last = setting.slots(10_000)[-1]

    assert setting.slots(1, high=True) == [SPACING]
    assert last == 10_000 * SPACING


def test_as_an_appointment_like_any_other_it_would_wait_for_days(setting: Setting) -> None:
    # The naive way.
    setting.slots(10_000)

    assert setting.slots(1) == [10_001 * SPACING]


def test_mails_of_high_priority_have_appointments_one_behind_the_other(setting: Setting) -> None:
    assert setting.slots(2, high=True) + setting.slots(1, high=True) == [SPACING, 2 * SPACING, 3 * SPACING]


def test_a_kept_slot_is_for_high_priority_alone(setting: Setting) -> None:
    setting.slots(1, high=True)
    setting.clock.now = NOON + SPACING

    assert [setting.reserve(PLAIN), setting.reserve(HIGH)] == [0, 1]
    setting.clock.now = NOON + 2 * SPACING - timedelta(seconds=0.5)
    assert setting.reserve(PLAIN) == 1


def test_a_kept_slot_for_which_nobody_comes_holds_up_the_others_for_one_mail(setting: Setting) -> None:
    setting.slots(1, high=True)
    setting.clock.now = NOON + 2 * SPACING

    assert setting.reserve(PLAIN) == 1


def test_when_nobody_comes_for_two_minutes_all_that_was_kept_is_anybodys(setting: Setting) -> None:
    setting.slots(500, high=True)
    setting.clock.now = NOON + SPACING + NOBODY_COMES - timedelta(seconds=1)
    kept = setting.reserve(PLAIN)
    setting.clock.advance(timedelta(seconds=1))

    assert [kept, setting.reserve(PLAIN)] == [0, 1]
    setting.clock.advance(SPACING)
    assert setting.reserve(PLAIN) == 1


def test_a_mail_that_finds_what_was_kept_for_it_given_away_has_the_next_slot(setting: Setting) -> None:
    setting.slots(500, high=True)
    setting.clock.now = NOON + SPACING + NOBODY_COMES
    setting.reserve(PLAIN)

    [slot] = setting.slots(1, high=True)

    assert slot == 2 * SPACING + NOBODY_COMES
    setting.clock.now = NOON + slot
    assert [setting.reserve(PLAIN), setting.reserve(HIGH)] == [0, 1]


def test_as_long_as_somebody_comes_what_is_kept_stays_so(setting: Setting) -> None:
    for slot in setting.slots(20, high=True):
        setting.clock.now = NOON + slot
        assert [setting.reserve(PLAIN), setting.reserve(HIGH)] == [0, 1]


def test_who_believes_that_nobody_comes_is_refused_when_somebody_does(setting: Setting) -> None:
    setting.slots(500, high=True)
    setting.clock.now = NOON + SPACING + NOBODY_COMES
    before = setting.account

    assert [setting.reserve(HIGH), setting.reserve(PLAIN, seen=before)] == [1, 0]


def test_others_come_again_when_it_is_known_whether_somebody_has_come(setting: Setting) -> None:
    setting.slots(500, high=True)

    assert setting.slots(2) == [SPACING + NOBODY_COMES, 2 * SPACING + NOBODY_COMES]


def test_who_did_not_see_that_a_slot_was_kept_is_refused(setting: Setting) -> None:
    setting.clock.now = NOON + SPACING - timedelta(seconds=0.5)
    before = setting.account
    setting.slots(1, high=True)

    assert setting.reserve(PLAIN, seen=before) == 0
    assert setting.reserve(HIGH, seen=before) == 1


def test_of_a_mixed_batch_those_of_high_priority_have_what_is_kept(setting: Setting) -> None:
    setting.slots(1, high=True)
    setting.clock.now = NOON + SPACING - timedelta(seconds=0.5)

    assert setting.reserve(HIGH, PLAIN, PLAIN) == 1


def test_others_are_booked_behind_what_is_kept(setting: Setting) -> None:
    setting.slots(2, high=True)

    assert setting.slots(1) == [3 * SPACING]


def test_what_was_kept_is_forgotten_when_it_has_passed(setting: Setting) -> None:
    setting.slots(1, high=True)
    setting.clock.now = NOON + 5 * SPACING

    setting.reserve(PLAIN)

    assert setting.account.counter.urgent_ms == 0


def test_appointments_that_are_void_are_kept_for_nobody(setting: Setting) -> None:
    setting.slots(3, high=True)

    VoidBookings(setting.store)("ten_a", "acc_1")

    assert setting.account.counter.urgent_ms == 0


def test_an_account_without_a_pace_keeps_nothing() -> None:
    setting = Setting()
    free = an_account(id="acc_2", min_wait_time=0, daily_limit=10)
    counter = replace(free.counter, urgent_ms=round(datetime.timestamp(NOON) * 1000) + 60_000)
    account = setting.store.add(replace(free, counter=counter))

    assert setting.reserve(PLAIN, seen=account) == 1
