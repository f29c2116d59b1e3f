"""What became of an account's tries, by day."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from postroom.accounts.limits import PLAIN
from postroom.accounts.model import Account, DayCount, Tally
from postroom.accounts.reserve import Granted, Reserve, Settle
from postroom.accounts.reset import EndDays, ResetAccount
from postroom.accounts.usage import DayUsage, ReadUsage
from postroom.change import Change
from postroom.conditional import Applied, Refused
from tests.builders import an_account
from tests.fakes.accounts import ForgetfulAccounts, MemoryAccounts
from tests.fakes.time import NOON, FakeClock

TODAY, TOMORROW = "2030-01-31", "2030-02-01"
A_DAY = timedelta(days=1)


class Setting:
    def __init__(self, store: MemoryAccounts | None = None) -> None:
        self.store, self.clock = store or MemoryAccounts(), FakeClock()
        self.store.add(an_account(daily_limit=1000, min_wait_time=0))
        self._reserve, self._settle = Reserve(self.store, self.clock), Settle(self.store)
        self._end_days = EndDays(self.store, lambda *_, **__: None, self.clock)

    @property
    def account(self) -> Account:
        found = self.store.get("ten_a", "acc_1")
        assert found is not None
        return found

    def begun(self, count: int = 10) -> Granted:
        granted = self._reserve(self.account, [PLAIN] * count, timedelta(0))
        assert isinstance(granted, Granted)
        return granted

    def settled(self, granted: Granted, **outcomes: int) -> None:
        unused = granted.units - outcomes.get("sent", 0)
        self._settle(granted, unused, Tally(outcomes, self.clock() if "sent" in outcomes else None))

    def lot(self, **outcomes: int) -> None:
        self.settled(self.begun(), **outcomes)

    def night(self) -> None:
        self.clock.advance(A_DAY)

    def ended(self) -> int:
        return self._end_days()

    def usage(self, days: int = 2) -> list[DayUsage]:
        return ReadUsage(self.store, self.clock)(self.account, days)


def test_outcomes_of_lots_add_up() -> None:
    setting = Setting()

    setting.lot(sent=3, busy=1)
    setting.lot(sent=2, failed=1, rate=1)
    setting.lot()

    assert setting.usage(1) == [DayUsage(TODAY, 5, 5, 1, {"busy": 1, "rate": 1})]


def test_a_settlement_whose_answer_was_lost_counts_once() -> None:
    setting = Setting(ForgetfulAccounts())
    setting.lot(sent=2)

    setting.lot(sent=3, busy=1)

    assert setting.account.counter.tallies == {TODAY: {"sent": 5, "busy": 1}}


def test_a_settlement_that_is_made_twice_counts_once() -> None:
    setting = Setting()
    granted = setting.begun()

    setting.settled(granted, sent=3)
    setting.settled(granted, sent=3)

    assert setting.account.counter.tallies == {TODAY: {"sent": 3}}


def test_senders_that_settle_with_what_they_saw_before_each_other_are_all_counted() -> None:
    setting = Setting()
    lots = [setting.begun(2) for _ in range(5)]

    for number, granted in enumerate(lots):
        setting.settled(granted, **({"sent": 1, "busy": 1} if number % 2 else {"sent": 2}))

    assert setting.account.counter.tallies == {TODAY: {"sent": 8, "busy": 2}}


class CrowdedAccounts(MemoryAccounts):
    """Others have counted something new each time."""

    def change(self, tenant_id: str, account_id: str, change: Change) -> Applied[Account] | Refused[Account]:
        if any(step.path[0] == "tallies" for step in change.steps):
            return Refused(self.get(tenant_id, account_id))
        return super().change(tenant_id, account_id, change)


def test_a_reservation_is_settled_also_when_its_tries_cannot_be_counted() -> None:
    setting = Setting(CrowdedAccounts())

    setting.lot(sent=3)

    assert setting.account.counter.reservations == {}
    assert setting.account.counter.day_used == 3


def test_when_a_mail_was_last_taken_is_kept_and_a_lot_without_one_changes_nothing() -> None:
    setting = Setting()
    setting.lot(sent=1)
    setting.clock.advance(timedelta(minutes=5))

    setting.lot(busy=1)

    assert setting.account.last_success == NOON


def test_tries_belong_to_the_day_of_their_reservation() -> None:
    setting = Setting()
    over_midnight = setting.begun()
    setting.night()
    setting.lot(sent=1)

    setting.settled(over_midnight, sent=4, failed=1)

    assert setting.usage() == [DayUsage(TOMORROW, 1, 1, 0, {}), DayUsage(TODAY, 4, 4, 1, {})]


def test_the_end_of_a_day_takes_its_outcomes_into_the_history() -> None:
    setting = Setting()
    setting.lot(sent=3, busy=2)
    setting.night()

    setting.ended()
    setting.lot(sent=1)

    assert setting.store.days("ten_a", "acc_1", TODAY) == {TODAY: DayCount(3, {"sent": 3, "busy": 2})}
    assert setting.account.counter.tallies == {TOMORROW: {"sent": 1}}
    assert setting.usage() == [DayUsage(TOMORROW, 1, 1, 0, {}), DayUsage(TODAY, 3, 3, 0, {"busy": 2})]


def test_what_comes_after_its_day_went_into_the_history_leaves_nothing_in_the_row() -> None:
    setting = Setting()
    late = setting.begun()
    setting.lot(sent=1)
    setting.night()
    setting.ended()

    setting.settled(late, sent=2)

    assert setting.account.counter.tallies == {}
    assert setting.account.counter.reservations == {}


def test_a_reset_by_hand_leaves_what_became_of_the_days_tries() -> None:
    setting = Setting()
    under_way = setting.begun()
    setting.lot(sent=3)

    ResetAccount(setting.store, lambda *_, **__: None, setting.clock)("ten_a", "acc_1")
    setting.settled(under_way, sent=2)

    assert setting.account.counter.tallies == {TODAY: {"sent": 5}}


@given(
    st.lists(
        st.one_of(
            st.just("night"),
            st.just("ended"),
            st.dictionaries(st.sampled_from(["sent", "failed", "busy", "rate"]), st.integers(1, 5)),
        ),
        max_size=15,
    )
)
def test_nothing_is_lost_or_counted_twice_whatever_the_order(
    history: list[str | dict[str, int]],
) -> None:
    setting, expected = Setting(ForgetfulAccounts()), Counter[str]()

    for event in history:
        if isinstance(event, dict):
            setting.lot(**event)
            expected.update(event)
        elif event == "night":
            setting.night()
        else:
            setting.ended()

    found = Counter[str]()
    for day in setting.usage(30):
        found.update({"sent": day.sent, "failed": day.failed, **day.deferred})
    assert +found == +expected
