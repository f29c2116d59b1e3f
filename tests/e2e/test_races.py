"""Races on an engine that is exact. Each has a control that must fail: the naive way."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.accounts.limits import PLAIN
from postroom.accounts.logins import LogIns, Permit
from postroom.accounts.model import Account, DayCount
from postroom.accounts.reserve import Granted, Reserve, Settle
from postroom.accounts.reset import EndDays
from postroom.accounts.roster import ObservedAccounts, Roster
from postroom.accounts.sessions import NoRoom
from postroom.accounts.store import ROWS as ACCOUNT_ROWS
from postroom.accounts.store import DynamoAccounts
from postroom.accounts.windows import new_counter
from postroom.change import Add, Change, Set
from postroom.clock import system_clock, to_milliseconds
from postroom.conditional import Applied
from postroom.ids import new_id
from postroom.messages import life
from postroom.messages.rows import ROWS as MESSAGE_ROWS
from postroom.messages.store import DynamoMessages
from tests.builders import a_config, a_message, an_account
from tests.e2e.conftest import LiveStack
from tests.faults.racing import race

RACERS = 32


@pytest.fixture(autouse=True)
def real_tables(stack: LiveStack) -> Iterator[None]:
    with stack.tables_here(AccountsTable=ACCOUNT_ROWS, MessagesTable=MESSAGE_ROWS):
        yield


def fresh_account(daily_limit: int) -> Account:
    now = system_clock()
    return an_account(id=new_id("acc", now), created_at=now, daily_limit=daily_limit, min_wait_time=0)


def _wake_nobody(tenant_id: str, account_id: str | None = None, *, paced: bool = True) -> None:
    """What waits is not the matter here."""


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_racers_are_granted_the_limit_exactly(limit: int) -> None:
    store = DynamoAccounts(timedelta(days=1))
    for _ in range(3):
        account = store.add(fresh_account(daily_limit=limit))
        reserve = Reserve(store, system_clock)

        def work() -> int:
            answers = [reserve(account, [PLAIN], timedelta(0)) for _ in range(5)]  # noqa: B023 - joined within the round
            return sum(answer.count for answer in answers if isinstance(answer, Granted))

        granted = race(RACERS, work)

        stored = store.get(account.tenant_id, account.id)
        assert granted == limit
        assert stored is not None
        assert stored.counter.day_used == limit


def test_the_naive_way_overruns_on_the_same_engine() -> None:
    store = DynamoAccounts(timedelta(days=1))
    account = store.add(fresh_account(daily_limit=7))
    everyone_has_read = threading.Barrier(RACERS)

    def work() -> int:
        seen = store.get(account.tenant_id, account.id)
        assert seen is not None
        everyone_has_read.wait()
        if seen.counter.day_used >= 7:
            return 0
        store.change(account.tenant_id, account.id, Change((Add(("day_used",), 1),)))
        return 1

    assert race(RACERS, work) > 7


def test_reserving_and_settling_at_once_loses_no_count() -> None:
    store = DynamoAccounts(timedelta(days=1))
    account = store.add(fresh_account(daily_limit=100_000))
    reserve, settle = Reserve(store, system_clock), Settle(store)

    def work() -> int:
        used = 0
        for _ in range(4):
            answer = reserve(account, [PLAIN] * 5, timedelta(0))
            assert isinstance(answer, Granted)
            settle(answer, 2)
            used += answer.count - 2
        return used

    used = race(16, work)

    stored = store.get(account.tenant_id, account.id)
    assert stored is not None
    assert stored.counter.day_used == stored.counter.rolling_used == used
    assert stored.counter.reservations == {}


@pytest.mark.parametrize(
    "stop", [Set(("status",), "inactive"), Set(("rest_until_ms",), to_milliseconds(system_clock()) + 3_600_000)]
)
def test_of_senders_that_remember_an_account_none_reserves_once_it_stopped(stop: Set) -> None:
    store = DynamoAccounts(timedelta(days=1))
    account = store.add(fresh_account(daily_limit=100_000))
    begun = threading.Barrier(17)

    def work() -> None:
        reserve = Reserve(ObservedAccounts(store, Roster(store)), system_clock)
        begun.wait(30)
        granted = reserve(account, [PLAIN], timedelta(0))
        while granted is not None:
            granted = reserve(account, [PLAIN], timedelta(0))

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    begun.wait(30)
    time.sleep(0.3)
    outcome = store.change(account.tenant_id, account.id, Change((stop,)))
    assert isinstance(outcome, Applied)
    for thread in threads:
        thread.join(30)

    stored = store.get(account.tenant_id, account.id)
    assert stored is not None
    assert stored.counter.day_used == outcome.row.counter.day_used > 0


def test_of_many_senders_one_logs_in_at_a_time_and_never_more_than_may_be_connected() -> None:
    store = DynamoAccounts(timedelta(days=1))
    account = store.add(replace(fresh_account(daily_limit=7), config=a_config(max_connections=3)))
    log_ins = LogIns(store, system_clock)
    let_in: list[Permit] = []

    def begin() -> int:
        try:
            let_in.append(log_ins.permit(account, timedelta(0)))
        except NoRoom:
            return 0
        return 1

    def log_in() -> int:
        try:
            log_ins.ready(log_ins.permit(account, timedelta(seconds=1)))
        except NoRoom:
            return 0
        return 1

    assert race(20, begin) == 1
    log_ins.closed(let_in[0])
    assert race(20, log_in) == 3


def test_reading_first_lets_several_log_in_at_once() -> None:
    store = DynamoAccounts(timedelta(days=1))
    account = store.add(fresh_account(daily_limit=7))
    everyone_has_read = threading.Barrier(20)

    def work() -> int:
        seen = store.get(account.tenant_id, account.id)
        assert seen is not None
        everyone_has_read.wait()
        if seen.sessions is not None and seen.sessions.logging_in:
            return 0
        store.change(account.tenant_id, account.id, Change((Set(("logging_in",), "me"),)))
        return 1

    assert race(20, work) > 1


def test_a_new_day_begins_once_for_many_senders_and_three_resets() -> None:
    store, yesterday = DynamoAccounts(timedelta(days=1)), system_clock() - timedelta(days=1)
    full = replace(new_counter(yesterday, "UTC"), day_used=20)
    account = store.add(an_account(created_at=yesterday, counter=full, daily_limit=20, min_wait_time=0))
    reserve = Reserve(store, system_clock)
    numbers = iter(range(RACERS))

    def work() -> int:
        if next(numbers) < 3:
            EndDays(store, _wake_nobody, system_clock)()
            return 0
        answers = [reserve(account, [PLAIN], timedelta(0)) for _ in range(2)]
        return sum(answer.count for answer in answers if isinstance(answer, Granted))

    granted = race(RACERS, work)
    EndDays(store, _wake_nobody, system_clock)()

    stored = store.get(account.tenant_id, account.id)
    assert stored is not None
    assert granted == 20
    assert stored.counter.day_used == 20
    assert store.days(account.tenant_id, account.id, "2000-01-01") == {full.day: DayCount(20)}


def test_a_message_is_claimed_by_one_of_many() -> None:
    store = DynamoMessages(timedelta(days=1))
    now = system_clock()
    for _ in range(10):
        message = store.add(a_message(id=new_id("msg", now), created_at=now))

        def work() -> int:
            claim = life.claim(message, os.urandom(8).hex(), "acc_1", "m@example.com", now, None)  # noqa: B023
            return isinstance(store.change(message.tenant_id, message.id, claim), Applied)  # noqa: B023

        assert race(RACERS, work) == 1
