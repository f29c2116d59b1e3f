"""Many senders at one account, and answers that get lost."""

import threading
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from postroom.accounts.limits import PLAIN, limits_at
from postroom.accounts.model import Account
from postroom.accounts.report import ReportHealth
from postroom.accounts.reserve import Book, Granted, Reserve, Settle
from postroom.change import Add, Change, Set
from postroom.clock import to_milliseconds
from postroom.delivery.model import Phase, ReplyClass, Verdict
from tests.builders import an_account
from tests.fakes.accounts import ForgetfulAccounts, MemoryAccounts
from tests.fakes.time import NOON, FakeClock
from tests.faults.racing import race

NO_PATIENCE = timedelta(0)


def stored(store: MemoryAccounts, account: Account) -> Account:
    found = store.get(account.tenant_id, account.id)
    assert found is not None
    return found


@pytest.mark.parametrize("store_class", [MemoryAccounts, ForgetfulAccounts])
@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize("stale_by_a_day", [False, True])
def test_racers_get_the_limit_exactly(store_class: type[MemoryAccounts], limit: int, *, stale_by_a_day: bool) -> None:
    clock = FakeClock()
    store = store_class()
    account = store.add(an_account(daily_limit=limit, min_wait_time=0))
    if stale_by_a_day:
        clock.advance(timedelta(days=1))
    reserve = Reserve(store, clock)

    def work() -> int:
        answer = reserve(account, [PLAIN], NO_PATIENCE)
        return answer.count if isinstance(answer, Granted) else 0

    granted = race(120, work)

    assert granted == limit
    assert stored(store, account).counter.day_used == limit


def test_the_naive_way_overruns() -> None:
    """The control: reading and then writing grants more than there is, so the race above is one."""
    store = MemoryAccounts()
    account = store.add(an_account(daily_limit=7, min_wait_time=0))
    everyone_has_read = threading.Barrier(20)

    def work() -> int:
        seen = stored(store, account)
        everyone_has_read.wait()
        if seen.counter.day_used >= seen.config.daily_limit:
            return 0
        store.change(account.tenant_id, account.id, Change((Add(("day_used",), 1),)))
        return 1

    assert race(20, work) > 7


def test_a_plain_count_doubles_when_an_answer_is_lost_and_a_reservation_does_not() -> None:
    plain, ours = ForgetfulAccounts(), ForgetfulAccounts()
    account = an_account(daily_limit=100, min_wait_time=0)
    plain.add(account)
    ours.add(account)

    plain.change(account.tenant_id, account.id, Change((Add(("day_used",), 10),)))
    granted = Reserve(ours, FakeClock())(account, [PLAIN] * 10, NO_PATIENCE)

    assert stored(plain, account).counter.day_used == 20
    assert isinstance(granted, Granted)
    assert granted.count == 10
    assert stored(ours, account).counter.day_used == 10


@pytest.mark.parametrize("store_class", [MemoryAccounts, ForgetfulAccounts])
def test_settling_gives_back_once_however_often(store_class: type[MemoryAccounts]) -> None:
    store = store_class()
    account = store.add(an_account(daily_limit=100, min_wait_time=0))
    granted = Reserve(store, FakeClock())(account, [PLAIN] * 10, NO_PATIENCE)
    assert isinstance(granted, Granted)

    for _ in range(3):
        Settle(store)(granted, 4)

    assert stored(store, account).counter.day_used == 6
    assert stored(store, account).counter.reservations == {}


def test_reservations_and_settlements_across_midnight_lose_no_mail() -> None:
    clock = FakeClock()
    store = MemoryAccounts()
    account = store.add(an_account(daily_limit=10_000, min_wait_time=0))
    reserve, settle = Reserve(store, clock), Settle(store)
    used: list[int] = []

    def work() -> int:
        for turn in range(20):
            if turn == 10:
                clock.advance(timedelta(hours=3))
            answer = reserve(account, [PLAIN] * 5, NO_PATIENCE)
            if isinstance(answer, Granted):
                settle(answer, 2)
                used.append(answer.count - 2)
        return 0

    race(8, work)

    counter = stored(store, account).counter
    assert counter.day_used + sum(counter.finished.values()) == sum(used)
    assert counter.reservations == {}


def test_a_limit_that_was_lowered_meanwhile_holds() -> None:
    store = MemoryAccounts()
    seen = store.add(an_account(daily_limit=100, min_wait_time=0))
    store.remove(seen.tenant_id, seen.id)
    store.add(an_account(daily_limit=3, min_wait_time=0, revision=2))

    granted = Reserve(store, FakeClock())(seen, [PLAIN] * 10, NO_PATIENCE)

    assert isinstance(granted, Granted)
    assert granted.count == 3


def test_an_account_that_is_gone_grants_nothing() -> None:
    assert Reserve(MemoryAccounts(), FakeClock())(an_account(), [PLAIN], NO_PATIENCE) is None


def test_no_two_mails_share_a_slot() -> None:
    clock = FakeClock()
    store = MemoryAccounts()
    account = store.add(an_account(daily_limit=1000, min_wait_time=1.0))
    reserve = Reserve(store, clock)
    slots: list[datetime] = []

    def work() -> int:
        answer = reserve(account, [PLAIN] * 2, timedelta(seconds=60))
        if isinstance(answer, Granted):
            slots.extend(answer.slot(index) for index in range(answer.count))
        return 0

    race(10, work)

    assert len(slots) >= 10
    assert len(set(slots)) == len(slots)


def test_appointments_are_never_given_twice() -> None:
    store = MemoryAccounts()
    account = store.add(an_account(min_wait_time=1.0))
    book = Book(store, FakeClock())
    times = [moment for _ in range(5) for moment in book(account, 4)]

    assert len(set(times)) == 20


def test_a_reservation_whose_answer_was_lost_does_not_send_in_slots_it_does_not_know() -> None:
    store = ForgetfulAccounts()
    account = store.add(an_account(min_wait_time=1.0))

    answer = Reserve(store, FakeClock())(account, [PLAIN], timedelta(seconds=5))

    assert answer is None
    assert stored(store, account).counter.day_used == 0
    assert stored(store, account).counter.reservations == {}


@pytest.mark.parametrize(
    "meanwhile",
    [
        Set(("status",), "inactive"),
        Set(("status",), "error"),
        Set(("rest_until_ms",), to_milliseconds(NOON + timedelta(minutes=5))),
        Set(("day_used",), 30),
    ],
)
@pytest.mark.parametrize("before", [None, NOON - timedelta(minutes=1)])
def test_what_stopped_since_the_account_was_seen_grants_nothing(meanwhile: Set, before: datetime | None) -> None:
    store = MemoryAccounts()
    seen = store.add(an_account(daily_limit=30, min_wait_time=0, rest_until=before))
    store.change(seen.tenant_id, seen.id, Change((meanwhile,)))

    denied = Reserve(store, FakeClock())(seen, [PLAIN] * 10, NO_PATIENCE)

    assert denied is None
    assert stored(store, seen).counter.reservations == {}


def test_an_account_that_rested_since_it_was_seen_is_tried_with_one() -> None:
    store = MemoryAccounts()
    seen = store.add(an_account(daily_limit=30, min_wait_time=0, rest_until=NOON - timedelta(minutes=9), faults=2))
    rested = (Set(("rest_until_ms",), to_milliseconds(NOON - timedelta(minutes=1))), Set(("faults",), 3))
    store.change(seen.tenant_id, seen.id, Change(rested))

    granted = Reserve(store, FakeClock())(seen, [PLAIN] * 10, NO_PATIENCE)

    assert isinstance(granted, Granted)
    assert granted.count == 1
    assert granted.account.faults == 3


def rested_and_recovered(store: MemoryAccounts, clock: FakeClock, reply_class: ReplyClass) -> None:
    """After which nothing of the fault is left but its lesson."""
    report = ReportHealth(store, clock)
    rests = report.fault(stored(store, an_account()), Verdict(reply_class, Phase.MAIL, "its words"))
    clock.now = rests.rest_until or clock.now
    report.success(stored(store, rests))


@pytest.mark.parametrize(("reply_class", "granted"), [(ReplyClass.RATE, 1), (ReplyClass.QUOTA, 50)])
def test_a_lesson_that_outlasts_its_rest_binds_who_saw_the_account_before_both(
    reply_class: ReplyClass, granted: int
) -> None:
    store, clock = MemoryAccounts(), FakeClock()
    seen = store.add(an_account(daily_limit=100, min_wait_time=0))
    rested_and_recovered(store, clock, reply_class)
    assert stored(store, seen).rest_until is None

    answer = Reserve(store, clock)(seen, [PLAIN] * 80, NO_PATIENCE)

    assert isinstance(answer, Granted)
    assert answer.count == granted


@pytest.mark.parametrize("seed", range(20))
def test_slots_keep_the_pace_of_their_time_whatever_was_seen_and_learned(seed: int) -> None:
    random, store, clock = Random(seed), MemoryAccounts(), FakeClock()
    seen = [store.add(an_account(daily_limit=100_000, min_wait_time=random.choice([0, 0.1, 1.0])))]
    reserve, slots = Reserve(store, clock), list[tuple[datetime, int]]()

    for _ in range(120):
        answer = reserve(random.choice(seen[-6:]), [PLAIN] * random.randint(1, 12), timedelta(seconds=1))
        if isinstance(answer, Granted):
            spacing_ms = limits_at(stored(store, answer.account), clock()).spacing_ms
            slots += [(answer.slot(index), spacing_ms) for index in range(answer.count)]
            seen.append(answer.account)
        clock.advance(timedelta(seconds=random.choice([0.05, 0.2, 0.9, 2])))
        if random.random() < 0.05:
            rested_and_recovered(store, clock, ReplyClass.RATE)

    for (one, of_one), (other, of_other) in pairwise(sorted(slots)):
        assert other - one >= timedelta(milliseconds=min(of_one, of_other) - 2)
