import pytest

from bench.scale.accounts import SimulatedAccounts
from bench.scale.engine import Engine, Parked, Process, Together
from bench.scale.queue import Mail, SimulatedQueue
from postroom.accounts.limits import PLAIN
from postroom.accounts.quota import Plan, plan_reservation, plan_settlement
from postroom.conditional import Applied
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts, row_of


def test_time_passes_only_while_a_process_waits() -> None:
    engine, seen = Engine(), list[float]()

    def process() -> Process:
        for seconds in (1.5, 0.5):
            yield seconds
            seen.append(engine.now)

    engine.start(process(), after=10)
    engine.run()

    assert seen == [11.5, 12.0]


def test_what_is_due_later_is_left() -> None:
    engine, seen = Engine(), list[float]()

    def process() -> Process:
        while True:
            yield 1
            seen.append(engine.now)

    engine.start(process())
    engine.run(until=3.5)

    assert seen == [1, 2, 3]


@pytest.mark.parametrize(("at_once", "ended"), [(1, 6), (2, 4), (9, 3)])
def test_processes_together_take_as_long_as_so_many_at_once_do(at_once: int, ended: float) -> None:
    engine = Engine()

    def each(seconds: float) -> Process:
        yield seconds

    def all_of_them() -> Process:
        yield Together((each(seconds) for seconds in (1, 2, 3)), at_once)
        assert engine.now == ended

    engine.start(all_of_them())
    engine.run()

    assert engine.now == ended


def test_nothing_together_takes_no_time() -> None:
    engine, done = Engine(), list[float]()

    def process() -> Process:
        yield Together((), 8)
        done.append(engine.now)

    engine.start(process())
    engine.run()

    assert done == [0]


def test_who_is_parked_goes_on_when_called() -> None:
    engine, queue, seen = Engine(), SimulatedQueue(fair=True), list[float]()

    def taker() -> Process:
        yield Parked(queue.wait)
        seen.append(engine.now)

    def giver() -> Process:
        yield 5
        queue.put(Mail("a", 1, engine.now))

    engine.start(taker())
    engine.start(giver())
    engine.run()

    assert seen == [5]


def test_a_queue_gives_the_oldest_first() -> None:
    queue = SimulatedQueue(fair=False)
    for number, tenant in enumerate("aabab"):
        queue.put(Mail(tenant, number, queued=number))

    assert [mail.id for mail in queue.receive(9)] == [0, 1, 2, 3, 4]
    assert not queue


def test_a_fair_queue_gives_others_first_once_a_tenant_has_much_in_flight() -> None:
    queue = SimulatedQueue(fair=True)
    for number in range(100):
        queue.put(Mail("noisy", number, 0))
    queue.receive(30)
    queue.put(Mail("quiet", 100, 1))

    batch = queue.receive(10)

    assert [mail.tenant_id for mail in batch] == ["quiet"] + ["noisy"] * 9


def test_a_tenant_with_little_in_flight_is_not_noisy() -> None:
    queue = SimulatedQueue(fair=True)
    for number in range(100):
        queue.put(Mail("noisy", number, 0))
    in_flight = queue.receive(30)
    queue.delete(in_flight[:1])
    queue.put(Mail("quiet", 100, 1))

    assert queue.receive(1)[0].tenant_id == "noisy"


def test_accounts_change_as_the_product_s_fake_does() -> None:
    engine = Engine()
    account = an_account(created_at=engine.clock(), daily_limit=5, min_wait_time=0)
    fake, simulated = MemoryAccounts(), SimulatedAccounts(engine, [account])
    fake.add(account)
    for number in range(4):
        plan = plan_reservation(account, [PLAIN] * 2, f"r{number}", engine.clock(), engine.clock() - engine.clock())
        assert isinstance(plan, Plan)
        outcomes = [store.change(account.tenant_id, account.id, plan.change) for store in (fake, simulated)]
        assert [isinstance(each, Applied) for each in outcomes] == [number < 2] * 2
        assert outcomes[0].row == outcomes[1].row

    settled = plan_settlement(simulated.get(account.id), "r1", 1)
    assert settled is not None
    for store in (fake, simulated):
        store.change(account.tenant_id, account.id, settled)

    assert row_of(fake, account)["day_used"] == simulated.get(account.id).counter.day_used == 3
    assert simulated.refused == 2


def test_open_reservations_make_writes_dearer() -> None:
    engine = Engine()
    account = an_account(created_at=engine.clock(), daily_limit=1000, min_wait_time=0)
    accounts = SimulatedAccounts(engine, [account])
    units = []
    for number in range(40):
        before = accounts.written
        plan = plan_reservation(account, [PLAIN], f"r{number}", engine.clock(), engine.clock() - engine.clock())
        assert isinstance(plan, Plan)
        accounts.change(account.tenant_id, account.id, plan.change)
        units.append(accounts.written - before)

    assert units[0] == 1
    assert units[-1] > 2
