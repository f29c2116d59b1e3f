"""What a sender remembers of its tenants' accounts: how long, how much, and whose."""

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postroom.accounts.limits import PLAIN
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.reserve import Granted, Reserve
from postroom.accounts.roster import KNOWN_FOR_EACH, ObservedAccounts, Roster
from postroom.change import Change, Set
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.time import FakeClock

NO_PATIENCE = timedelta(0)


class CountedAccounts(MemoryAccounts):
    def __init__(self) -> None:
        super().__init__()
        self.lists: Counter[str] = Counter()
        self.gets = 0

    def all_of(self, tenant_id: str) -> tuple[Account, ...]:
        self.lists[tenant_id] += 1
        return super().all_of(tenant_id)

    def get(self, tenant_id: str, account_id: str) -> Account | None:
        self.gets += 1
        return super().get(tenant_id, account_id)


@dataclass
class Office:
    """A roster over a store that counts how often it is read, and a clock that stands still."""

    most: int = 1000
    now: float = 1_900_000_000.0
    store: CountedAccounts = field(default_factory=CountedAccounts)

    def __post_init__(self) -> None:
        self.roster = Roster(self.store, lambda: self.now, self.most)
        self.observed = ObservedAccounts(self.store, self.roster)

    def add(self, count: int, tenant_id: str = "ten_a", first: int = 0) -> None:
        for number in range(first, first + count):
            self.store.add(an_account(tenant_id=tenant_id, id=f"acc_{number:05}", min_wait_time=0))

    def pause(self, account_id: str, tenant_id: str = "ten_a") -> None:
        """By the owner, of which no sender is told."""
        self.store.change(tenant_id, account_id, Change((Set(("status",), "inactive"),)))

    def reads(self, tenant_id: str = "ten_a") -> int:
        return self.store.lists[tenant_id]


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.parametrize("count", [1, 10, 200, 900])
def test_a_list_is_good_for_a_hundredth_of_a_second_for_each_account_and_not_longer(count: int) -> None:
    office = Office()
    office.add(count)
    office.roster.known("ten_a")

    office.now += KNOWN_FOR_EACH * count * 0.99
    office.roster.known("ten_a")
    assert office.reads() == 1

    office.add(1, first=count)
    office.now += KNOWN_FOR_EACH * count * 0.011
    assert len(office.roster.known("ten_a")) == count + 1
    assert office.reads() == 2


def test_a_tenant_without_accounts_is_looked_at_each_time(office: Office) -> None:
    assert office.roster.known("ten_a") == {}
    office.add(1)

    assert set(office.roster.known("ten_a")) == {"acc_00000"}


def test_what_is_asked_for_freshly_is_read_and_remembered(office: Office) -> None:
    office.add(500)
    office.roster.known("ten_a")
    office.pause("acc_00007")

    fresh = office.roster.fresh("ten_a")

    assert fresh["acc_00007"].config.status is AccountStatus.INACTIVE
    assert office.roster.known("ten_a") == fresh
    assert office.reads() == 2


@pytest.mark.parametrize(("count", "recent"), [(1, 0.001), (900, 0.9), (3_000, 3.0)])
def test_who_finds_nothing_sees_what_is_at_most_a_tenth_as_old(count: int, recent: float) -> None:
    office = Office(most=10_000)
    office.add(count)
    office.roster.known("ten_a")

    office.now += recent * 0.99
    office.roster.recent("ten_a")
    assert office.reads() == 1

    office.now += recent * 0.02
    office.roster.recent("ten_a")
    assert office.reads() == 2


def test_a_clock_that_is_set_back_makes_no_list_younger(office: Office) -> None:
    office.add(500)
    office.roster.known("ten_a")

    office.now -= 3600

    office.roster.known("ten_a")
    office.roster.recent("ten_a")
    assert office.reads() == 2


def test_what_a_write_meets_takes_the_place_of_what_was_remembered(office: Office) -> None:
    office.add(500)
    seen = office.roster.known("ten_a")["acc_00007"]
    office.pause("acc_00007")

    denied = Reserve(office.observed, FakeClock())(seen, [PLAIN], NO_PATIENCE)
    granted = Reserve(office.observed, FakeClock())(office.roster.known("ten_a")["acc_00008"], [PLAIN] * 5, NO_PATIENCE)

    assert denied is None
    assert isinstance(granted, Granted)
    known = office.roster.known("ten_a")
    assert known["acc_00007"].config.status is AccountStatus.INACTIVE
    assert known["acc_00008"].counter.day_used == 5
    assert office.reads() == 1


@pytest.mark.parametrize("by", ["a write", "a read"])
def test_an_account_that_is_gone_is_dropped_at_once(office: Office, by: str) -> None:
    office.add(500)
    seen = office.roster.known("ten_a")["acc_00007"]
    office.store.remove("ten_a", "acc_00007")

    if by == "a write":
        assert Reserve(office.observed, FakeClock())(seen, [PLAIN], NO_PATIENCE) is None
    else:
        assert office.observed.get("ten_a", "acc_00007") is None

    assert len(office.roster.known("ten_a")) == 499
    assert office.reads() == 1


def test_an_account_that_is_named_and_not_remembered_is_read_alone(office: Office) -> None:
    office.add(500)
    office.roster.known("ten_a")
    office.add(1, first=500)

    for _ in range(2):
        known = office.roster.known("ten_a", {"acc_00003", "acc_00500", "acc_99999"})
        assert set(known) - {f"acc_{number:05}" for number in range(500)} == {"acc_00500"}

    assert "acc_00500" in office.roster.known("ten_a")
    assert office.reads() == 1
    assert office.store.gets == 1 + 2


def test_an_account_of_another_tenant_is_not_found_by_its_name(office: Office) -> None:
    office.add(500)
    office.add(501, tenant_id="ten_b")
    office.roster.known("ten_a")

    assert "acc_00500" not in office.roster.known("ten_a", {"acc_00500"})


def test_a_caller_s_copy_is_its_own(office: Office) -> None:
    office.add(500)
    office.roster.known("ten_a")
    known = office.roster.known("ten_a")

    office.observed.change("ten_a", "acc_00001", Change((Set(("status",), "error"),)))

    assert known["acc_00001"].config.status is AccountStatus.ACTIVE


def test_the_list_that_was_not_used_for_longest_is_forgotten_when_there_are_too_many_accounts() -> None:
    office = Office(most=1_000)
    for tenant_id in ("ten_a", "ten_b", "ten_c"):
        office.add(400, tenant_id=tenant_id)
    office.roster.known("ten_a")
    office.roster.known("ten_b")
    office.roster.known("ten_a")

    office.roster.known("ten_c")

    for tenant_id in ("ten_a", "ten_c", "ten_b"):
        office.roster.known(tenant_id)
    assert office.store.lists == {"ten_a": 1, "ten_b": 2, "ten_c": 1}


def test_a_tenant_with_more_accounts_than_may_be_remembered_is_read_each_time() -> None:
    office = Office(most=100)
    office.add(100)

    assert len(office.roster.known("ten_a")) == len(office.roster.known("ten_a")) == 100
    assert office.reads() == 2


def test_what_is_learned_takes_room_too() -> None:
    office = Office(most=10)
    office.add(7)
    office.roster.known("ten_a")

    for number in range(3):
        office.roster.learn(an_account(id=f"acc_new_{number}"))
    office.roster.known("ten_a")

    assert office.reads() == 2


def test_tenants_without_accounts_take_room_too() -> None:
    office = Office(most=10)
    office.add(5)
    office.roster.known("ten_a")

    for number in range(10):
        office.roster.known(f"ten_{number}")
    office.roster.known("ten_a")

    assert office.reads() == 2


TENANTS = ("ten_a", "ten_b", "ten_c")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["known", "named", "recent", "fresh", "add", "remove", "change", "wait"]),
        st.sampled_from(TENANTS),
        st.integers(0, 9),
    ),
    max_size=60,
)


@settings(deadline=None)
@given(steps=STEPS, most=st.integers(0, 25))
def test_nobody_ever_sees_another_s_accounts_nor_anything_older_than_it_may_be(
    steps: list[tuple[str, str, int]], most: int
) -> None:
    office = Office(most=most)
    removed: set[tuple[str, str]] = set()
    for kind, tenant_id, number in steps:
        account_id = f"acc_{number:05}"
        if kind == "add":
            if (tenant_id, account_id) in removed:  # An id is never given twice.
                continue
            office.add(1, tenant_id=tenant_id, first=number)
        elif kind == "remove":
            office.store.remove(tenant_id, account_id)
            removed.add((tenant_id, account_id))
        elif kind == "change":
            was = office.store.get(tenant_id, account_id)
            if was:
                office.observed.change(tenant_id, account_id, Change((Set(("faults",), was.faults + 1),)))
        elif kind == "wait":
            office.now += number / 100
        else:
            known = {
                "known": office.roster.known,
                "named": lambda tenant: office.roster.known(tenant, {account_id}),  # noqa: B023 - called at once
                "recent": office.roster.recent,
                "fresh": office.roster.fresh,
            }[kind](tenant_id)
            assert {(account.tenant_id, account.id) for account in known.values()} == {
                (tenant_id, id_) for id_ in known
            }
            now = {account.id: account for account in office.store.all_of(tenant_id)}
            # What this process wrote it knows; of what others did, only additions and removals may be missed.
            assert all(known[id_] == now[id_] for id_ in known.keys() & now.keys())
            if kind == "fresh":
                assert known == now
            if kind == "named":
                assert account_id in known or account_id not in now
        assert sum(size(office)) <= most


def size(office: Office) -> list[int]:
    return [len(kept.accounts) + 1 for kept in office.roster._lists.values()]


def test_threads_share_a_roster_without_harm() -> None:
    office = Office(most=300)
    for tenant_id in TENANTS:
        office.add(120, tenant_id=tenant_id)
    faults: list[BaseException] = []

    def work(number: int) -> None:
        tenant_id = TENANTS[number % len(TENANTS)]
        try:
            for turn in range(60):
                known = office.roster.fresh(tenant_id) if turn % 20 == 0 else office.roster.known(tenant_id)
                assert {account.tenant_id for account in known.values()} == {tenant_id}
                account = known[f"acc_{turn:05}"]
                office.roster.learn(replace(account, faults=turn))
                office.roster.learn(replace(account, id=f"acc_new_{number}_{turn}"))
                office.roster.forget(tenant_id, f"acc_new_{number}_{turn}")
        except BaseException as fault:  # noqa: BLE001 - a thread's fault is the test's
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert office.roster._size == sum(size(office)) <= 300
