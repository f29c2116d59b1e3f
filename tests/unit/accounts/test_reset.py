import threading
from datetime import UTC, datetime, timedelta

import pytest

from postroom.accounts.limits import PLAIN
from postroom.accounts.model import Account, DayCount, LastError, Reservation
from postroom.accounts.quota import plan_reset
from postroom.accounts.report import ReportHealth
from postroom.accounts.reserve import Granted, Reserve
from postroom.accounts.reset import EndDays, ResetAccount
from postroom.accounts.usage import ReadUsage
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.errors import Unavailable
from postroom.progress import Progress
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.time import NOON, FakeClock

MIDNIGHT = datetime(2030, 2, 1, tzinfo=UTC)


class Setting:
    def __init__(self, *accounts: Account) -> None:
        self.clock = FakeClock()
        self.store = MemoryAccounts()
        self.woken: list[str] = []
        for account in accounts:
            self.store.add(account)
        self.end_days = EndDays(self.store, self.wake, self.clock)
        self.reserve = Reserve(self.store, self.clock)

    def wake(self, tenant_id: str, account_id: str | None = None, *, paced: bool = True) -> None:
        self.woken.append(tenant_id)

    def account(self, account_id: str = "acc_1") -> Account:
        found = self.store.get("ten_a", account_id)
        assert found is not None
        return found


def test_a_finished_day_goes_into_the_history_and_what_waits_is_woken() -> None:
    setting = Setting(an_account(daily_limit=5, min_wait_time=0))
    setting.reserve(setting.account(), [PLAIN] * 5, timedelta(0))
    setting.clock.now = MIDNIGHT + timedelta(minutes=3)

    assert setting.end_days() == Progress(1)

    assert setting.store.days("ten_a", "acc_1", "2030-01-01") == {"2030-01-31": DayCount(5)}
    assert setting.account().counter.day_used == 0
    assert setting.account().counter.finished == {}
    assert setting.woken == ["ten_a"]


def test_nothing_happens_before_the_day_is_over_or_a_second_time() -> None:
    setting = Setting(an_account())

    assert setting.end_days() == Progress(0)
    setting.clock.now = MIDNIGHT
    assert setting.end_days() == Progress(1)
    assert setting.end_days() == Progress(0)
    assert setting.woken == ["ten_a"]


def test_accounts_end_their_days_at_their_own_midnight() -> None:
    setting = Setting(an_account(id="acc_1", timezone="UTC"), an_account(id="acc_2", timezone="Asia/Tokyo"))

    setting.clock.now = datetime(2030, 1, 31, 15, 5, tzinfo=UTC)
    assert setting.end_days() == Progress(1)
    assert setting.account("acc_2").counter.day == "2030-02-01"
    assert setting.account("acc_1").counter.day == "2030-01-31"


def test_a_day_that_a_sender_has_rolled_over_already_is_still_written_into_the_history() -> None:
    setting = Setting(an_account(daily_limit=5, min_wait_time=0))
    setting.reserve(setting.account(), [PLAIN] * 4, timedelta(0))
    setting.clock.now = MIDNIGHT + timedelta(seconds=1)
    setting.reserve(setting.account(), [PLAIN] * 2, timedelta(0))

    setting.end_days()

    assert setting.store.days("ten_a", "acc_1", "2030-01-01") == {"2030-01-31": DayCount(4)}
    assert setting.account().counter.day_used == 2


def test_days_that_ended_while_no_reset_ran_are_not_lost() -> None:
    setting = Setting(an_account(daily_limit=5, min_wait_time=0))
    for day in range(4):
        setting.clock.now = NOON + timedelta(days=day)
        setting.reserve(setting.account(), [PLAIN] * (day + 1), timedelta(0))

    setting.clock.now = NOON + timedelta(days=4)
    setting.end_days()

    days = ReadUsage(setting.store, setting.clock)(setting.account(), 6)
    assert [usage.used for usage in days] == [0, 4, 3, 2, 1, 0]


def test_three_resets_racing_many_senders_change_nothing() -> None:
    setting = Setting(an_account(daily_limit=50, min_wait_time=0))
    seen = setting.account()
    setting.reserve(seen, [PLAIN] * 50, timedelta(0))
    setting.clock.now = MIDNIGHT
    granted: list[int] = []
    start = threading.Barrier(43)

    def send() -> None:
        start.wait()
        for _ in range(3):
            answer = setting.reserve(seen, [PLAIN], timedelta(0))
            granted.append(answer.count if isinstance(answer, Granted) else 0)

    def reset() -> None:
        start.wait()
        setting.end_days()

    threads = [threading.Thread(target=send) for _ in range(40)] + [threading.Thread(target=reset) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(granted) == 50
    assert setting.account().counter.day_used == 50
    assert setting.store.days("ten_a", "acc_1", "2030-01-01") == {"2030-01-31": DayCount(50)}


def test_reservations_of_dead_senders_are_forgotten_but_stay_counted() -> None:
    dead = Reservation(count=3, day="2030-01-31", hour=0, generation=0, at_ms=int(NOON.timestamp() * 1000))
    account = an_account(min_wait_time=0)
    counter = account.counter
    setting = Setting(
        an_account(
            min_wait_time=0,
            counter=type(counter)(
                day=counter.day,
                day_used=3,
                hour=counter.hour,
                hours={counter.hour: 3},
                rolling_used=3,
                reservations={"dead": dead},
            ),
        )
    )
    setting.clock.now = MIDNIGHT

    setting.end_days()

    assert setting.account().counter.reservations == {}
    assert setting.store.days("ten_a", "acc_1", "2030-01-01") == {"2030-01-31": DayCount(3)}


def test_a_reset_by_hand_starts_anew_and_wakes_what_waits() -> None:
    setting = Setting(an_account(daily_limit=5, min_wait_time=0))
    setting.reserve(setting.account(), [PLAIN] * 5, timedelta(0))

    account = ResetAccount(setting.store, setting.wake, setting.clock)("ten_a", "acc_1")

    assert account.counter.day_used == 0
    assert setting.woken == ["ten_a"]
    assert isinstance(setting.reserve(setting.account(), [PLAIN] * 5, timedelta(0)), Granted)


@pytest.mark.parametrize(("asked_for", "rests"), [(ReplyClass.QUOTA, False), (ReplyClass.RATE, True)])
def test_a_reset_by_hand_ends_the_rest_for_a_used_up_quota_and_no_other(asked_for: ReplyClass, *, rests: bool) -> None:
    setting = Setting(an_account())
    ReportHealth(setting.store, setting.clock).fault(setting.account(), Verdict(asked_for, Phase.MAIL, "its words"))

    account = ResetAccount(setting.store, setting.wake, setting.clock)("ten_a", "acc_1")

    assert account.can_send(NOON) is not rests


def test_a_rest_that_began_while_the_reset_was_planned_goes_on() -> None:
    used_up = LastError(NOON, "quota", "its words")
    setting = Setting(an_account(rest_until=NOON + timedelta(hours=1), last_error=used_up))
    planned = plan_reset(setting.account(), NOON)
    too_fast = Verdict(ReplyClass.RATE, Phase.MAIL, "its words")
    resting = ReportHealth(setting.store, setting.clock).fault(setting.account(), too_fast)

    assert setting.store.change("ten_a", "acc_1", planned) == Refused(resting)


def test_one_tenant_whose_rows_do_not_answer_keeps_no_other_waiting() -> None:
    setting = Setting(an_account(tenant_id="ten_bad"), an_account())
    change = setting.store.change

    def broken(
        tenant_id: str, account_id: str, change_: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        if tenant_id == "ten_bad":
            raise Unavailable
        return change(tenant_id, account_id, change_, entries)

    setting.store.change = broken  # type: ignore[assignment]
    setting.clock.now = MIDNIGHT

    assert setting.end_days() == Progress(1, refused=1)
    assert setting.woken == ["ten_a"]


def test_usage_counts_what_was_sent_before_a_reset_by_hand() -> None:
    setting = Setting(an_account(daily_limit=5, min_wait_time=0))
    setting.reserve(setting.account(), [PLAIN] * 5, timedelta(0))
    ResetAccount(setting.store, setting.wake, setting.clock)("ten_a", "acc_1")
    setting.reserve(setting.account(), [PLAIN] * 2, timedelta(0))

    assert [day.used for day in ReadUsage(setting.store, setting.clock)(setting.account(), 2)] == [7, 0]
    setting.clock.now = MIDNIGHT
    setting.end_days()
    assert [day.used for day in ReadUsage(setting.store, setting.clock)(setting.account(), 2)] == [0, 7]
