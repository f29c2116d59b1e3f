"""What became of an account's tries, by day."""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from postroom.accounts.days import epoch_hour
from postroom.accounts.limits import PLAIN
from postroom.accounts.model import Account, DayCount, Tally
from postroom.accounts.record import recent_record
from postroom.accounts.reserve import Granted, Reserve, Settle
from postroom.accounts.reset import EndDays, ResetAccount
from postroom.accounts.usage import DayUsage, ReadUsage
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.delivery.model import ReplyClass
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
        now = self.clock()
        classes = {"recipient" if name == "failed" else name: count for name, count in outcomes.items()}
        self._settle(granted, unused, Tally(outcomes, now if "sent" in outcomes else None, classes, now))

    def settle_as_of(self, granted: Granted, moment: datetime, **outcomes: int) -> None:
        self._settle(granted, 0, Tally(outcomes, moment, outcomes, moment))

    def lot(self, **outcomes: int) -> None:
        self.settled(self.begun(), **outcomes)

    def night(self) -> None:
        self.clock.advance(A_DAY)

    def ended(self) -> int:
        return self._end_days().done

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

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        if any(step.path[0] in {"tallies", "recent"} for step in change.steps):
            return Refused(self.get(tenant_id, account_id))
        return super().change(tenant_id, account_id, change, entries)


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


NOON_HOUR = epoch_hour(NOON)
AN_HOUR = timedelta(hours=1)


def test_tries_add_up_by_the_hour_with_those_that_failed_by_their_class() -> None:
    setting = Setting()

    setting.lot(sent=3, failed=1)
    setting.lot(sent=2, busy=1)

    assert setting.account.counter.recent == {NOON_HOUR: {"sent": 5, "recipient": 1, "busy": 1}}


def test_of_hours_the_last_one_with_tries_and_the_one_before_are_kept() -> None:
    setting = Setting()
    for sent in (1, 2, 3):
        setting.lot(sent=sent)
        setting.clock.advance(AN_HOUR)

    assert setting.account.counter.recent == {NOON_HOUR + 1: {"sent": 2}, NOON_HOUR + 2: {"sent": 3}}
    setting.clock.advance(5 * AN_HOUR)
    setting.lot(sent=4)
    assert setting.account.counter.recent == {NOON_HOUR + 8: {"sent": 4}}


def test_what_a_sender_tells_late_is_counted_in_its_hour_or_not_at_all() -> None:
    setting = Setting()
    late, too_late = setting.begun(), setting.begun()
    setting.clock.advance(2 * AN_HOUR)
    setting.lot(sent=1)

    setting.settle_as_of(late, NOON + AN_HOUR, sent=2)
    setting.settle_as_of(too_late, NOON, sent=4)

    assert setting.account.counter.recent == {NOON_HOUR + 1: {"sent": 2}, NOON_HOUR + 2: {"sent": 1}}


def test_every_class_of_a_reply_has_a_letter_of_its_own() -> None:
    names = {"sent", *(str(each) for each in ReplyClass if each is not ReplyClass.ACCEPTED)}
    letters = recent_record(dict.fromkeys(names, 1))

    assert len(letters) == len(names)
    assert {len(letter) for letter in letters} == {1}


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
