"""The rules of the quota, held against a model that simply remembers every mail."""

from collections import Counter as Multiset
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postroom.accounts.days import local_day
from postroom.accounts.limits import PLAIN, Demand
from postroom.accounts.model import Account, ConnectionType, QuotaUnit, QuotaWindow, Reservation
from postroom.accounts.pace import plan_booking
from postroom.accounts.quota import Plan, plan_day_end, plan_forgetting, plan_reservation, plan_reset, plan_settlement
from postroom.accounts.usage_now import usage_at
from postroom.accounts.windows import window_end
from postroom.clock import to_milliseconds
from postroom.conditional import Applied, Refused
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.time import NOON

NO_PATIENCE = timedelta(0)
HOUR = timedelta(hours=1)


@dataclass
class Bench:
    """One account in a store, driven by plans."""

    account: Account
    store: MemoryAccounts = field(default_factory=MemoryAccounts)
    reservations: int = 0

    def __post_init__(self) -> None:
        self.store.add(self.account)

    @property
    def now_stored(self) -> Account:
        found = self.store.get(self.account.tenant_id, self.account.id)
        assert found is not None
        return found

    def reserve(self, wanted: int, now: datetime, patience: timedelta = NO_PATIENCE) -> tuple[str, int] | None:
        plan = self.plan([PLAIN] * wanted, now, patience)
        return (f"r{self.reservations}", plan.count) if plan else None

    def plan(self, wanted: Sequence[Demand], now: datetime, patience: timedelta = NO_PATIENCE) -> Plan | None:
        """A plan that was carried out, unless it is none."""
        self.reservations += 1
        plan = plan_reservation(self.now_stored, wanted, f"r{self.reservations}", now, patience)
        if isinstance(plan, Plan):
            assert isinstance(self.store.change(self.account.tenant_id, self.account.id, plan.change), Applied)
        return plan

    def settle(self, name: str, unused: int) -> None:
        change = plan_settlement(self.now_stored, name, unused)
        if change is not None:
            assert isinstance(self.store.change(self.account.tenant_id, self.account.id, change), Applied)


def a_bench(**changes: object) -> Bench:
    return Bench(an_account(**{"min_wait_time": 0, **changes}))


def test_no_more_is_granted_than_is_left() -> None:
    bench = a_bench(daily_limit=10)

    assert bench.reserve(7, NOON) == ("r1", 7)
    assert bench.reserve(7, NOON) == ("r2", 3)
    assert bench.reserve(1, NOON) is None


def test_a_limit_of_zero_grants_nothing() -> None:
    assert a_bench(daily_limit=0).reserve(1, NOON) is None


def test_the_first_reservation_of_a_new_date_rolls_the_counter_over() -> None:
    bench = a_bench(daily_limit=10, timezone="Asia/Tokyo")
    bench.reserve(10, NOON)

    granted = bench.reserve(4, datetime(2030, 1, 31, 15, 0, tzinfo=UTC))

    assert granted == ("r2", 4)
    assert bench.now_stored.counter.day == "2030-02-01"
    assert bench.now_stored.counter.finished == {"2030-01-31": 10}


def test_a_clock_that_is_behind_does_not_open_a_day_again() -> None:
    bench = a_bench(daily_limit=10)
    midnight = datetime(2030, 2, 1, tzinfo=UTC)
    bench.reserve(10, midnight)

    assert bench.reserve(1, midnight - timedelta(milliseconds=100)) is None


def test_what_was_not_used_is_given_back_once() -> None:
    bench = a_bench(daily_limit=10)
    bench.reserve(10, NOON)

    bench.settle("r1", 4)
    bench.settle("r1", 4)

    assert bench.reserve(10, NOON) == ("r2", 4)


def test_what_is_given_back_after_midnight_goes_to_the_day_it_came_from() -> None:
    bench = a_bench(daily_limit=10)
    bench.reserve(10, NOON)
    bench.reserve(6, NOON + timedelta(days=1))

    bench.settle("r1", 3)

    counter = bench.now_stored.counter
    assert counter.finished == {"2030-01-31": 7}
    assert counter.day_used == 6
    assert bench.reserve(10, NOON + timedelta(days=1)) == ("r3", 4)


def test_a_reset_by_hand_starts_anew_and_is_not_disturbed_by_what_was_open() -> None:
    bench = a_bench(daily_limit=10)
    bench.reserve(10, NOON)
    assert isinstance(bench.store.change("ten_a", "acc_1", plan_reset(bench.now_stored, NOON)), Applied)

    bench.settle("r1", 10)

    assert usage_at(bench.now_stored, NOON).sent == 0
    assert bench.reserve(11, NOON) == ("r2", 10)


def test_a_reset_by_hand_keeps_the_history_and_the_pace() -> None:
    bench = a_bench(daily_limit=10, min_wait_time=1.0)
    for turn in range(3):
        bench.reserve(3, NOON + timedelta(minutes=turn), timedelta(seconds=10))
        bench.store.change("ten_a", "acc_1", plan_reset(bench.now_stored, NOON + timedelta(minutes=turn)))

    tomorrow = plan_day_end(bench.now_stored, NOON + timedelta(days=1))
    assert tomorrow is not None
    assert bench.now_stored.counter.next_send_ms == (NOON + timedelta(minutes=2, seconds=3)).timestamp() * 1000
    bench.store.change("ten_a", "acc_1", tomorrow)

    assert bench.now_stored.counter.finished == {"2030-01-31": 9}


def test_an_account_on_trial_is_given_one_mail_at_a_time() -> None:
    bench = a_bench(daily_limit=10, proven=0)

    assert bench.reserve(5, NOON) == ("r1", 1)
    assert bench.reserve(5, NOON) is None
    bench.settle("r1", 0)
    assert bench.reserve(5, NOON) == ("r3", 1)


def test_a_sender_that_died_does_not_hold_up_a_trial_for_ever() -> None:
    bench = a_bench(daily_limit=10, proven=0)
    bench.reserve(1, NOON)

    assert bench.reserve(5, NOON + timedelta(minutes=3)) == ("r2", 1)


def test_pace_grants_only_the_slots_that_are_near() -> None:
    bench = a_bench(daily_limit=100, min_wait_time=1.0)

    assert bench.reserve(10, NOON, timedelta(seconds=2.5)) == ("r1", 3)
    assert bench.reserve(1, NOON) is None
    assert bench.reserve(5, NOON + timedelta(seconds=3)) == ("r3", 1)


def test_changing_the_window_loses_no_count() -> None:
    bench = a_bench(daily_limit=10)
    bench.reserve(8, NOON)

    rolling = an_account(daily_limit=10, quota_window=QuotaWindow.ROLLING_24H, counter=bench.now_stored.counter)

    assert usage_at(rolling, NOON).sent == 8


def test_a_rolling_window_tells_when_its_oldest_hour_leaves() -> None:
    bench = a_bench(daily_limit=5, quota_window=QuotaWindow.ROLLING_24H)
    bench.reserve(2, NOON + timedelta(minutes=59))
    bench.reserve(3, NOON + timedelta(hours=5))

    assert bench.reserve(1, NOON + timedelta(hours=6)) is None
    assert usage_at(bench.now_stored, NOON + timedelta(hours=6)).resets_at == NOON + timedelta(hours=26)
    assert bench.reserve(5, NOON + timedelta(hours=26)) == ("r4", 2)


def test_appointments_follow_one_another_behind_all_that_are_booked() -> None:
    bench = a_bench(min_wait_time=2.0)
    bench.reserve(1, NOON)

    for _ in range(2):
        booking = plan_booking(bench.now_stored, 3, NOON)
        assert isinstance(bench.store.change("ten_a", "acc_1", booking.change), Applied)

    # The slot at NOON is taken; three and three more follow it.
    assert bench.now_stored.counter.booked_ms == (NOON + timedelta(seconds=2 + 12)).timestamp() * 1000


def test_the_end_of_a_day_is_planned_once() -> None:
    bench = a_bench(daily_limit=10)
    bench.reserve(3, NOON)
    tomorrow = NOON + timedelta(days=1)

    first, second = plan_day_end(bench.now_stored, tomorrow), plan_day_end(bench.now_stored, tomorrow)
    assert first is not None
    assert second is not None
    bench.store.change("ten_a", "acc_1", first)
    bench.store.change("ten_a", "acc_1", second)

    assert bench.now_stored.counter.finished == {"2030-01-31": 3}
    assert bench.now_stored.counter.day_used == 0
    assert plan_day_end(bench.now_stored, tomorrow) is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "settle", "reset-daily", "later"]),
        st.integers(1, 8),
        st.integers(0, 8),
        st.timedeltas(timedelta(0), timedelta(hours=9)),
    ),
    max_size=40,
)
ZONES = st.sampled_from(["UTC", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe"])


@settings(max_examples=300)
@given(steps=STEPS, zone=ZONES, limit=st.integers(1, 12), rolling=st.booleans())
def test_no_window_ever_holds_more_than_the_limit(
    steps: list[tuple[str, int, int, timedelta]], zone: str, limit: int, *, rolling: bool
) -> None:
    """Against a model that keeps the time at which every mail left: up to a minute after it was reserved."""
    window = QuotaWindow.ROLLING_24H if rolling else QuotaWindow.CALENDAR_DAY
    bench = a_bench(daily_limit=limit, timezone=zone, quota_window=window)
    now = NOON
    open_reservations: dict[str, tuple[list[datetime], int]] = {}
    kept: list[datetime] = []
    counted = 0

    for kind, amount, unused, pause in steps:
        now += pause if kind == "later" else timedelta(milliseconds=amount)
        if kind == "reserve":
            granted = bench.reserve(amount, now)
            if granted:
                end = window_end(bench.now_stored, now)
                leaving = [now + timedelta(seconds=7 * number) for number in range(granted[1])]
                open_reservations[granted[0]] = ([at for at in leaving if at < end], granted[1])
        elif kind == "settle" and open_reservations:
            name, (left, count) = open_reservations.popitem()
            sent = left[: max(0, count - unused)]
            bench.settle(name, count - len(sent))
            kept += sent
            counted += len(sent)
        elif kind == "reset-daily":
            change = plan_day_end(bench.now_stored, now)
            if change is not None:
                bench.store.change("ten_a", "acc_1", change)
        every = kept + [at for left, _ in open_reservations.values() for at in left]
        if rolling:
            assert all(sum(at <= other < at + timedelta(hours=24) for other in every) <= limit for at in every)
        else:
            assert all(count <= limit for count in Multiset(local_day(at, zone) for at in every).values())
        used = usage_at(bench.now_stored, now).sent
        assert 0 <= used <= limit

    total = sum(bench.now_stored.counter.finished.values()) + bench.now_stored.counter.day_used
    assert total == counted + sum(count for _, count in open_reservations.values())


def test_a_plan_says_how_much_it_takes() -> None:
    plan = plan_reservation(an_account(daily_limit=3, min_wait_time=0), [PLAIN] * 5, "r", NOON, NO_PATIENCE)

    assert isinstance(plan, Plan)
    assert plan.count == 3


@pytest.mark.parametrize("status", ["inactive", "pending", "error"])
def test_an_account_that_is_not_active_grants_nothing(status: str) -> None:
    assert plan_reservation(an_account(status=status), [PLAIN], "r", NOON, NO_PATIENCE) is None


HIGH, TO_THREE = Demand(high=True), Demand(recipients=3)


def test_the_kept_share_of_a_limit_is_for_mail_of_high_priority_alone() -> None:
    bench = a_bench(daily_limit=10, high_priority_share=20)

    assert bench.reserve(10, NOON) == ("r1", 8)
    assert bench.reserve(1, NOON) is None
    assert isinstance(high := bench.plan([HIGH] * 5, NOON), Plan)
    assert high.count == 2


def test_a_mixed_lot_is_granted_up_to_the_first_for_which_there_is_no_room() -> None:
    bench = a_bench(daily_limit=10, high_priority_share=50)

    granted = bench.plan([HIGH] * 4 + [PLAIN] * 3 + [HIGH], NOON)

    assert isinstance(granted, Plan)
    assert granted.count == 5


@pytest.mark.parametrize(("unit", "granted", "units"), [("recipients", 3, 9), ("messages", 4, 4)])
def test_a_quota_counts_what_the_provider_counts(unit: str, granted: int, units: int) -> None:
    bench = a_bench(daily_limit=10, quota_unit=QuotaUnit(unit))

    plan = bench.plan([TO_THREE] * 4, NOON)

    assert isinstance(plan, Plan)
    assert (plan.count, plan.units) == (granted, units)
    bench.settle("r1", units - 2)
    assert usage_at(bench.now_stored, NOON).sent == 2


def test_a_mail_to_more_recipients_than_the_provider_takes_is_not_granted_nor_what_is_behind_it() -> None:
    gmail = an_account(connection_type=ConnectionType.GMAIL, email="a@gmail.com", daily_limit=500, min_wait_time=0)

    alone = plan_reservation(gmail, [Demand(recipients=150)], "r", NOON, NO_PATIENCE)
    second = plan_reservation(gmail, [Demand(recipients=100), Demand(recipients=101), PLAIN], "r", NOON, NO_PATIENCE)

    assert alone is None
    assert isinstance(second, Plan)
    assert (second.count, second.units) == (1, 100)


def test_one_of_two_that_saw_the_same_room_is_refused() -> None:
    bench = a_bench(daily_limit=10, high_priority_share=20, quota_unit=QuotaUnit.RECIPIENTS)
    seen = bench.now_stored
    plans = [plan_reservation(seen, [TO_THREE, HIGH, TO_THREE], name, NOON, NO_PATIENCE) for name in ("a", "b")]

    outcomes = [bench.store.change(seen.tenant_id, seen.id, plan.change) for plan in plans if isinstance(plan, Plan)]

    assert [type(outcome) for outcome in outcomes] == [Applied, Refused]


@given(
    demands=st.lists(st.builds(Demand, recipients=st.integers(1, 5), high=st.booleans()), max_size=30),
    limit=st.integers(0, 25),
    share=st.integers(0, 100),
    unit=st.sampled_from(QuotaUnit),
    lot=st.integers(1, 7),
)
def test_no_mail_fills_the_window_further_than_it_may(
    demands: list[Demand], limit: int, share: int, unit: QuotaUnit, lot: int
) -> None:
    bench = a_bench(daily_limit=limit, high_priority_share=share, quota_unit=unit)
    kept, used = limit * share // 100, 0

    for start in range(0, len(demands), lot):
        wanted = demands[start : start + lot]
        plan = bench.plan(wanted, NOON)
        granted = plan.count if isinstance(plan, Plan) else 0
        for demand in wanted[:granted]:
            used += demand.recipients if unit is QuotaUnit.RECIPIENTS else 1
            assert used <= (limit if demand.high else limit - kept)
        for demand in wanted[granted : granted + 1]:
            more = demand.recipients if unit is QuotaUnit.RECIPIENTS else 1
            assert used + more > (limit if demand.high else limit - kept)

    assert usage_at(bench.now_stored, NOON).sent == used


def test_what_senders_that_died_held_is_dropped_in_parts_that_an_expression_has_room_for() -> None:
    held = {f"{number:012x}": Reservation(1, "2030-01-31", 0, 0, to_milliseconds(NOON)) for number in range(250)}
    account = an_account()
    account = replace(account, counter=replace(account.counter, reservations=held))

    parts = plan_forgetting(account, NOON + HOUR)

    assert [len(part.steps) for part in parts] == [100, 100, 50]
    assert {step.path for part in parts for step in part.steps} == {("reservations", key) for key in held}
    assert plan_forgetting(account, NOON) == []
