"""Appointments while a pace is in force that was learned, and after it was forgotten."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.accounts.limits import PLAIN, own_spacing, spacing_is_whole_at
from postroom.accounts.manage import AccountRules, ChangeAccount
from postroom.accounts.model import Account, ConnectionType, Lesson
from postroom.accounts.pace import PATIENCE, plan_booking
from postroom.accounts.reserve import Book, Granted, Reserve, Settle, Unbook
from postroom.accounts.reset import ResetAccount
from postroom.priorities import Priority
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts, MemoryPasswords
from tests.fakes.time import NOON, FakeClock

HOUR = timedelta(hours=1)


def _wake(tenant_id: str, account_id: str | None = None, *, paced: bool = True) -> None:
    pass


class Setting:
    """An account whose provider has just taught it a pace, and its owner."""

    def __init__(self, taught: timedelta, **changes: object) -> None:
        self.store, self.clock = MemoryAccounts(), FakeClock()
        lesson = Lesson(round(taught.total_seconds() * 1000), NOON)
        self.store.add(
            an_account(**{"learned_spacing": lesson, "daily_limit": 100_000, "secret_version": "v"} | changes)
        )

    @property
    def account(self) -> Account:
        found = self.store.get("ten_a", "acc_1")
        assert found is not None
        return found

    def booked(self, count: int) -> list[timedelta]:
        """In batches, as mails come."""
        book = Book(self.store, self.clock)
        return [slot - NOON for _ in range(count // 50) for slot in book(self.account, 50)]

    def granted(self) -> Granted:
        granted = Reserve(self.store, self.clock)(self.account, [PLAIN], PATIENCE)
        assert isinstance(granted, Granted)
        Settle(self.store)(granted, unused=0)
        return granted

    def resume(self) -> None:
        needs = (self.store, MemoryPasswords(), AccountRules(local=False), _wake, self.clock)
        ChangeAccount(*needs)(self.account, self.account.config, None, afresh=True)

    def reset(self) -> None:
        ResetAccount(self.store, _wake, self.clock)("ten_a", "acc_1")

    def rename(self) -> None:
        needs = (self.store, MemoryPasswords(), AccountRules(local=False), _wake, self.clock)
        ChangeAccount(*needs)(self.account, replace(self.account.config, sender_name="New"), None)


def test_ten_thousand_mails_wait_for_no_longer_than_the_lesson_lasts_where_there_is_no_other_pace() -> None:
    setting = Setting(timedelta(seconds=1), min_wait_time=0)

    slots = setting.booked(10_000)

    assert max(slots) == spacing_is_whole_at(setting.account) - NOON < HOUR
    assert slots[:3] == [timedelta(), timedelta(seconds=1), timedelta(seconds=2)]


def test_behind_the_end_of_a_lesson_appointments_are_as_far_apart_as_without_it() -> None:
    slots = Setting(timedelta(seconds=60), min_wait_time=1.0).booked(1_000)

    assert slots[59] == timedelta(minutes=59)
    assert {later - earlier for earlier, later in pairwise(slots[60:])} == {timedelta(seconds=1)}
    assert max(slots) < timedelta(minutes=59) + timedelta(seconds=1_000)


@given(
    taught=st.integers(1, 300_000),
    own=st.floats(0, 400),
    minutes=st.integers(0, 70),
    counts=st.lists(st.integers(1, 40), max_size=6),
    booked=st.integers(0, 7_200_000),
)
def test_no_two_appointments_are_closer_than_the_own_pace_nor_one_behind_a_lesson_any_later_for_it(
    taught: int, own: float, minutes: int, counts: list[int], booked: int
) -> None:
    store, now = MemoryAccounts(), NOON + timedelta(minutes=minutes)
    counter = replace(an_account().counter, booked_ms=round(NOON.timestamp() * 1000) + booked)
    account = store.add(an_account(learned_spacing=Lesson(taught, NOON), min_wait_time=own, counter=counter))
    slots: list[datetime] = []

    for count in counts:
        booking = plan_booking(store.get("ten_a", "acc_1") or account, count, now)
        store.change("ten_a", "acc_1", booking.change)
        slots += booking.slots

    apart, whole = timedelta(milliseconds=own_spacing(account.config)), spacing_is_whole_at(account)
    assert all(later - earlier >= apart for earlier, later in pairwise(slots))
    assert all(later <= max(whole, earlier + apart) + apart for earlier, later in pairwise(slots) if later > whole)


def test_an_appointment_behind_the_end_of_a_lesson_is_given_back_as_it_was_booked() -> None:
    setting = Setting(timedelta(seconds=60), min_wait_time=1.0)
    setting.booked(100)
    before = setting.account.counter.booked_ms

    Unbook(setting.store, setting.clock)("ten_a", "acc_1", Priority.NORMAL, None)

    assert before - setting.account.counter.booked_ms == 1_000


@pytest.mark.parametrize("forgets", [Setting.resume, Setting.reset])
def test_who_has_a_pace_forgotten_voids_the_appointments_that_it_made(forgets: Callable[[Setting], None]) -> None:
    setting = Setting(timedelta(minutes=5), min_wait_time=1.0)
    last = setting.granted().first_slot
    setting.booked(50)

    forgets(setting)

    assert setting.account.counter.booked_ms == 0
    setting.clock.advance(PATIENCE)
    assert last + timedelta(seconds=1) <= setting.granted().first_slot <= NOON + timedelta(seconds=2)


@pytest.mark.parametrize("forgets", [Setting.resume, Setting.reset])
def test_where_no_pace_was_learned_appointments_stand(forgets: Callable[[Setting], None]) -> None:
    setting = Setting(timedelta(minutes=5), min_wait_time=1.0, learned_spacing=None)
    setting.granted()
    setting.booked(50)
    before = setting.account.counter

    forgets(setting)

    after = setting.account.counter
    assert (after.booked_ms, after.next_send_ms) == (before.booked_ms, before.next_send_ms)


def test_another_change_forgets_no_pace() -> None:
    setting = Setting(timedelta(minutes=5))
    setting.booked(50)

    setting.rename()

    assert setting.account.counter.booked_ms > 0


def test_a_pace_that_its_owner_gives_up_does_not_end_that_of_the_provider() -> None:
    setting = Setting(
        timedelta(seconds=1),
        learned_spacing=None,
        min_wait_time=2.0,
        connection_type=ConnectionType.OUTLOOK,
        smtp_host="smtp.office365.com",
        quota_unit="recipients",
        quota_window="rolling_24h",
    )
    first = setting.granted().first_slot
    needs = (setting.store, MemoryPasswords(), AccountRules(local=False), _wake, setting.clock)

    ChangeAccount(*needs)(setting.account, replace(setting.account.config, min_wait_time=0.0), None)
    setting.clock.advance(timedelta(seconds=1))

    assert setting.granted().first_slot == first + timedelta(seconds=2)
