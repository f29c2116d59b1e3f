"""Who may log in to an account, and when."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.accounts.logins import LogIns, Permit
from postroom.accounts.model import Account, AccountStatus, CredentialKind
from postroom.accounts.sessions import LOGIN_LASTS, LONGEST_LOGIN, NoRoom, logins_today, open_sessions
from postroom.audit.model import Entries
from postroom.change import Change, Remove, Set
from postroom.conditional import Applied, Refused
from postroom.delivery.keeper import IDLE_LIMIT
from postroom.errors import Unavailable
from tests.builders import an_account
from tests.fakes.accounts import ForgetfulAccounts, MemoryAccounts
from tests.fakes.tables import timeout_of
from tests.fakes.time import NOON, FakeClock

AT_ONCE = timedelta(0)
A_WHILE = timedelta(seconds=2)
DIES = LOGIN_LASTS + timedelta(seconds=1)


class Bench:
    def __init__(self, store: MemoryAccounts | None = None, **changes: object) -> None:
        self.store, self.clock = store or MemoryAccounts(), FakeClock()
        self.account = self.store.add(an_account(**changes))
        self.meanwhile: Callable[[], object] = lambda: None
        self.log_ins = LogIns(self.store, self.clock, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        self.meanwhile()

    @property
    def stored(self) -> Account:
        found = self.store.get(self.account.tenant_id, self.account.id)
        assert found is not None
        return found

    @property
    def open(self) -> int:
        return open_sessions(self.stored, self.clock())

    def permit(self, patience: timedelta = AT_ONCE) -> Permit:
        return self.log_ins.permit(self.account, patience)

    def session(self) -> Permit:
        return self.log_ins.ready(self.permit())

    def may_log_in(self) -> bool:
        try:
            self.permit()
        except NoRoom:
            return False
        return True


STORES = pytest.mark.parametrize("store_class", [MemoryAccounts, ForgetfulAccounts])


@STORES
def test_of_twenty_who_come_at_once_one_logs_in(store_class: type[MemoryAccounts]) -> None:
    bench = Bench(store_class())
    start = threading.Barrier(20)
    let_in: list[bool] = []

    def run() -> None:
        start.wait()
        let_in.append(bench.may_log_in())

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(let_in) == [False] * 19 + [True]
    assert logins_today(bench.stored, NOON) == 1


@STORES
def test_the_next_one_logs_in_when_the_one_before_is_ready(store_class: type[MemoryAccounts]) -> None:
    bench = Bench(store_class())

    for _ in range(3):
        bench.session()

    assert bench.open == logins_today(bench.stored, NOON) == 3
    assert bench.may_log_in()


def test_a_log_in_of_another_is_waited_for() -> None:
    bench = Bench()
    first = bench.permit()
    bench.meanwhile = lambda: bench.log_ins.ready(first)

    bench.permit(A_WHILE)

    assert bench.clock() - NOON < A_WHILE
    assert bench.open == 2


def test_the_wait_for_another_has_an_end() -> None:
    bench = Bench()
    bench.permit()

    with pytest.raises(NoRoom, match="logging in"):
        bench.permit(A_WHILE)

    assert bench.clock() - NOON <= A_WHILE


def test_a_sender_that_died_while_it_logged_in_blocks_for_no_longer_than_a_log_in() -> None:
    bench = Bench(max_connections=1)
    bench.permit()

    bench.clock.advance(LONGEST_LOGIN)
    assert not bench.may_log_in()

    bench.clock.advance(DIES - LONGEST_LOGIN)
    assert bench.may_log_in()
    assert bench.open == 1


def test_no_more_sessions_are_opened_than_the_account_may_have() -> None:
    bench = Bench(max_connections=3)
    last = [bench.session() for _ in range(3)][-1]

    with pytest.raises(NoRoom, match="may have"):
        bench.permit(A_WHILE)
    assert bench.clock() == NOON

    bench.log_ins.closed(last)
    assert bench.may_log_in()


def test_who_saw_the_account_before_others_logged_in_does_not_take_the_last_place_again() -> None:
    bench = Bench(max_connections=1)
    bench.log_ins.closed(bench.session())
    bench.account = bench.stored
    bench.session()

    assert not bench.may_log_in()


@STORES
def test_a_session_that_was_renewed_since_the_account_was_seen_keeps_its_place(
    store_class: type[MemoryAccounts],
) -> None:
    bench = Bench(store_class(), max_connections=1)
    kept = bench.session()
    bench.account = bench.stored

    bench.clock.advance(kept.ends - bench.clock() - timedelta(seconds=1))
    renewed = bench.log_ins.renewed(kept)
    bench.clock.advance(timedelta(seconds=2))

    assert not bench.may_log_in()
    assert bench.open == 1
    assert renewed is not None
    bench.clock.advance(renewed.ends - bench.clock())
    assert bench.may_log_in()


def test_a_session_whose_holder_is_gone_stops_counting_and_is_dropped_in_passing() -> None:
    bench = Bench(max_connections=1)
    gone = bench.session()

    bench.clock.advance(timedelta(minutes=3))
    new = bench.session()

    assert bench.stored.sessions is not None
    assert set(bench.stored.sessions.ends) == {new.session_id}
    assert bench.log_ins.renewed(gone) is None


def test_very_many_whose_holders_are_gone_are_dropped_by_and_by() -> None:
    bench = Bench(max_connections=50)
    for _ in range(50):
        bench.session()
    bench.clock.advance(timedelta(minutes=3))

    for _ in range(3):
        bench.session()

    assert bench.stored.sessions is not None
    assert len(bench.stored.sessions.ends) == bench.open == 3


@STORES
def test_closing_gives_the_place_back_once_however_often(store_class: type[MemoryAccounts]) -> None:
    bench = Bench(store_class())
    kept, closed = bench.session(), bench.session()

    for _ in range(3):
        bench.log_ins.closed(closed)

    assert bench.stored.sessions is not None
    assert set(bench.stored.sessions.ends) == {kept.session_id}


def test_a_log_in_that_failed_lets_the_next_one_try_at_once() -> None:
    bench = Bench()

    bench.log_ins.closed(bench.permit())

    assert bench.open == 0
    assert bench.may_log_in()


@pytest.mark.parametrize(
    "changes",
    [
        {"status": AccountStatus.ERROR},
        {"status": AccountStatus.INACTIVE},
        {"rest_until": NOON + timedelta(seconds=1)},
    ],
)
@pytest.mark.parametrize("seen_before", [False, True])
def test_nobody_logs_in_to_an_account_that_is_stopped_or_rests(
    changes: dict[str, object], *, seen_before: bool
) -> None:
    bench = Bench(None, **changes)
    if seen_before:
        bench.account = an_account()

    assert not bench.may_log_in()
    assert bench.open == 0


def test_a_rest_that_is_over_is_none() -> None:
    assert Bench(rest_until=NOON).may_log_in()


def test_nobody_logs_in_with_a_configuration_that_was_replaced_or_to_an_account_that_is_gone() -> None:
    bench = Bench(revision=2)
    bench.account = an_account()
    assert not bench.may_log_in()

    bench.store.remove("ten_a", "acc_1")
    assert not bench.may_log_in()


def test_who_waits_sees_that_the_password_was_refused_to_another() -> None:
    bench = Bench()
    bench.permit()
    stopped = Change((Set(("status",), "error"),))
    bench.meanwhile = lambda: bench.store.change("ten_a", "acc_1", stopped)

    with pytest.raises(NoRoom, match="not active"):
        bench.permit(A_WHILE)


def test_log_ins_are_counted_by_local_day() -> None:
    bench = Bench(timezone="Asia/Tokyo")
    bench.session()
    bench.session()
    assert logins_today(bench.stored, bench.clock()) == 2

    bench.clock.advance(timedelta(hours=4))
    assert logins_today(bench.stored, bench.clock()) == 0
    bench.session()

    assert logins_today(bench.stored, bench.clock()) == 1


class CountingAccounts(MemoryAccounts):
    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        self.writes += 1
        return super().change(tenant_id, account_id, change, entries)


def test_a_session_costs_two_writes_and_one_more_for_each_minute_of_use() -> None:
    store = CountingAccounts()
    bench = Bench(store)
    permit: Permit | None = bench.session()
    assert store.writes == 2

    for _ in range(30):
        assert permit is not None
        permit = bench.log_ins.renewed(permit)
    assert store.writes == 2

    for _ in range(50):
        bench.clock.advance(timedelta(seconds=6))
        assert permit is not None
        permit = bench.log_ins.renewed(permit)
        assert bench.open == 1
    assert store.writes <= 2 + 5


def test_a_place_that_was_renewed_outlasts_the_batch_and_the_time_its_session_is_then_kept_idle() -> None:
    bench = Bench()
    permit: Permit | None = bench.session()
    batch, idle = timedelta(seconds=timeout_of("SenderFunction")), timedelta(seconds=IDLE_LIMIT)

    for _ in range(100):
        assert permit is not None
        assert permit.ends - bench.clock() >= batch + idle
        bench.clock.advance(timedelta(seconds=7))
        permit = bench.log_ins.renewed(permit)


def test_a_session_that_does_not_count_any_more_is_closed_without_a_write() -> None:
    store = CountingAccounts()
    bench = Bench(store)
    permit = bench.session()
    bench.clock.advance(permit.ends - bench.clock())

    bench.log_ins.closed(permit)

    assert store.writes == 2
    assert bench.open == 0


class DeafAccounts(MemoryAccounts):
    deaf = False

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        if self.deaf:
            raise Unavailable
        return super().change(tenant_id, account_id, change, entries)


def test_a_table_that_does_not_answer_ends_no_session_that_is_open() -> None:
    store = DeafAccounts()
    bench = Bench(store)
    permit = bench.permit()
    store.deaf = True

    ready = bench.log_ins.ready(permit)
    bench.log_ins.closed(ready)
    assert bench.log_ins.renewed(ready) == ready

    store.deaf = False
    renewed = bench.log_ins.renewed(ready)
    assert renewed is not None
    assert renewed.ends > ready.ends
    assert bench.may_log_in()


def test_a_row_from_before_sessions_were_counted_takes_its_first_one() -> None:
    bench = Bench()
    old = (Remove(("max_connections",)),)
    bench.store.change("ten_a", "acc_1", Change(old))

    bench.session()

    assert bench.stored == replace(bench.account, sessions=bench.stored.sessions)
    assert bench.open == 1


def test_who_logs_in_with_a_token_does_so_one_by_one_also_without_a_user_name() -> None:
    bench = Bench(smtp_username=None, credential=CredentialKind.OAUTH2)
    bench.permit()

    with pytest.raises(NoRoom):
        bench.permit()

    assert bench.open == 1


def test_without_credentials_nobody_waits_for_the_log_in_of_another() -> None:
    bench = Bench(smtp_username=None)

    bench.permit()
    bench.permit()

    assert bench.open == 2
