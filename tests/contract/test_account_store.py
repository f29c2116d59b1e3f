"""What every store of accounts must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from postroom.accounts.authorized import plan_expiry
from postroom.accounts.limits import PLAIN, limits_at
from postroom.accounts.logins import LogIns
from postroom.accounts.model import (
    AccountEvent,
    AccountStatus,
    Authorization,
    CredentialKind,
    DayCount,
    EventKind,
    LastError,
    Lesson,
    Pipelining,
    PipeliningFault,
    Reservation,
    Sessions,
    Tally,
)
from postroom.accounts.ports import AccountStore
from postroom.accounts.quota import Plan, plan_reservation, plan_settlement
from postroom.accounts.record import lesson_record
from postroom.accounts.report import ReportHealth
from postroom.accounts.reserve import Granted, Reserve, Settle
from postroom.accounts.reset import EndDays
from postroom.accounts.sessions import NoRoom, open_sessions
from postroom.accounts.store import ROWS, DynamoAccounts
from postroom.accounts.tested import plan_noted, plan_passed
from postroom.change import Absent, Add, AtMost, Change, Equals, OneOf, Present, Remove, Requirement, Set
from postroom.clock import to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.ids import new_id
from postroom.paging import PageRequest
from postroom.progress import Progress
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON, FakeClock


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[AccountStore]:
    if request.param == "memory":
        yield MemoryAccounts()
        return
    with tables("accounts"):
        name_table(ROWS, "accounts")
        yield DynamoAccounts(timedelta(days=1))


def test_those_of_some_ids_that_are_there_are_known(store: AccountStore) -> None:
    for number in range(120):
        store.add(an_account(id=f"acc_{number:03}"))
    store.add(an_account(id="acc_b", tenant_id="ten_b"))

    assert store.known("ten_a", [*(f"acc_{number:03}" for number in range(110, 130)), "acc_b"]) == {
        f"acc_{number:03}" for number in range(110, 120)
    }
    assert store.known("ten_a", [f"acc_{number:03}" for number in range(120)] * 2) == {
        f"acc_{number:03}" for number in range(120)
    }
    assert store.known("ten_a", []) == set()


def test_an_account_is_found_again_as_it_was(store: AccountStore) -> None:
    bare = an_account(id="acc_1", smtp_username=None, reply_to=None)
    full = an_account(
        id="acc_2",
        last_error=LastError(NOON, "auth", "535 5.7.8 no"),
        faults=3,
        rest_until=NOON + timedelta(minutes=5),
        secret_version="v1",
        smtp_username="me",
        reply_to="team@example.com",
        max_connections=3,
        smtp_pipelining=Pipelining.OFF,
        sessions=Sessions({"s1": 1_900_000_000_000}, {"2030-01-31": 4}, "s1"),
        pipelining_fault=PipeliningFault(NOON, "503 5.5.1 out of order"),
        last_success=NOON - timedelta(minutes=1),
        learned_daily=Lesson(12, NOON),
        learned_spacing=Lesson(4_000, NOON),
        credential=CredentialKind.OAUTH2,
        authorization=Authorization(NOON, NOON + timedelta(hours=1)),
    )

    store.add(bare)
    store.add(full)

    assert store.get("ten_a", "acc_1") == bare
    assert store.get("ten_a", "acc_2") == full


def test_an_account_is_not_found_under_another_tenant(store: AccountStore) -> None:
    store.add(an_account())

    assert store.get("ten_b", "acc_1") is None
    assert store.all_of("ten_b") == ()
    assert store.page("ten_b", PageRequest()).items == ()
    assert store.change("ten_b", "acc_1", Change((Set(("status",), "inactive"),))) == Refused(None)


def test_adding_the_same_id_again_gives_the_first_account(store: AccountStore) -> None:
    first = an_account(daily_limit=5)
    store.add(first)

    assert store.add(an_account(daily_limit=500)) == first
    assert store.get("ten_a", "acc_1") == first


def test_a_removed_account_is_gone_and_removing_it_again_is_no_error(store: AccountStore) -> None:
    store.add(an_account())

    store.remove("ten_a", "acc_1")
    store.remove("ten_a", "acc_1")

    assert store.get("ten_a", "acc_1") is None


def test_accounts_are_listed_page_by_page_in_both_directions(store: AccountStore) -> None:
    for number in range(5):
        store.add(an_account(id=f"acc_{number}"))

    first = store.page("ten_a", PageRequest(limit=2))
    second = store.page("ten_a", PageRequest(limit=2, after=first.last))
    third = store.page("ten_a", PageRequest(limit=2, after=second.last))
    newest = store.page("ten_a", PageRequest(limit=2, newest_first=True))

    assert [a.id for page in (first, second, third) for a in page.items] == [f"acc_{n}" for n in range(5)]
    assert third.last is None
    assert [a.id for a in newest.items] == ["acc_4", "acc_3"]
    assert [a.id for a in store.all_of("ten_a")] == [f"acc_{n}" for n in range(5)]


@pytest.mark.parametrize(
    ("requirement", "holds"),
    [
        (Equals(("daily_limit",), 30), True),
        (Equals(("daily_limit",), 31), False),
        (Equals(("finished", "2030-01-01"), 1), False),
        (OneOf(("status",), ("active", "error")), True),
        (OneOf(("status",), ("inactive",)), False),
        (OneOf(("status",), ("inactive", None)), False),
        (OneOf(("last_error",), ("inactive", None)), True),
        (OneOf(("last_error",), ("inactive",)), False),
        (AtMost(("day_used",), 0), True),
        (AtMost(("day_used",), -1), False),
        (AtMost(("finished", "2030-01-01"), 5), False),
        (Present(("reservations",)), True),
        (Present(("reservations", "r")), False),
        (Absent(("last_error",)), True),
        (Absent(("day",)), False),
    ],
)
def test_a_change_is_made_only_when_its_requirement_holds(
    store: AccountStore, requirement: Requirement, *, holds: bool
) -> None:
    account = store.add(an_account(daily_limit=30))

    outcome = store.change("ten_a", "acc_1", Change((Set(("sender_name",), "changed"),), (requirement,)))

    found = store.get("ten_a", "acc_1")
    assert found is not None
    assert isinstance(outcome, Applied if holds else Refused)
    assert outcome.row == found
    assert found.config.sender_name == ("changed" if holds else account.config.sender_name)


def test_the_steps_of_a_change_are_made_together(store: AccountStore) -> None:
    store.add(an_account(last_error=LastError(NOON, "rate", "421")))

    outcome = store.change(
        "ten_a",
        "acc_1",
        Change((Add(("day_used",), 4), Set(("finished", "2030-01-30"), 9), Remove(("last_error",)))),
    )

    assert isinstance(outcome, Applied)
    assert outcome.row.counter.day_used == 4
    assert outcome.row.counter.finished == {"2030-01-30": 9}
    assert outcome.row.last_error is None


def test_a_reservation_is_made_and_settled(store: AccountStore) -> None:
    account = store.add(an_account(daily_limit=10, min_wait_time=0))
    plan = plan_reservation(account, [PLAIN] * 4, "r1", NOON, timedelta(0))
    assert isinstance(plan, Plan)

    reserved = store.change("ten_a", "acc_1", plan.change)
    assert isinstance(reserved, Applied)
    settling = plan_settlement(reserved.row, "r1", 3)
    assert settling is not None
    settled = store.change("ten_a", "acc_1", settling)

    assert reserved.row.counter.day_used == 4
    assert isinstance(settled, Applied)
    assert settled.row.counter.day_used == 1
    assert settled.row.counter.rolling_used == 1
    assert settled.row.counter.reservations == {}


@pytest.mark.parametrize("before", [None, NOON - timedelta(minutes=1)])
def test_a_reservation_is_refused_when_the_account_rests_since_it_was_seen(
    store: AccountStore, before: datetime | None
) -> None:
    account = store.add(an_account(daily_limit=10, min_wait_time=0, rest_until=before))
    plan = plan_reservation(account, [PLAIN] * 4, "r1", NOON, timedelta(0))
    assert isinstance(plan, Plan)
    store.change("ten_a", "acc_1", Change((Set(("rest_until_ms",), to_milliseconds(NOON) + 1),)))

    assert isinstance(store.change("ten_a", "acc_1", plan.change), Refused)


@pytest.mark.parametrize("before", [None, Lesson(5, NOON - timedelta(minutes=1))])
@pytest.mark.parametrize("name", ["learned_daily", "learned_spacing"])
def test_a_reservation_is_refused_when_a_lesson_was_learned_since_the_account_was_seen(
    store: AccountStore, name: str, before: Lesson | None
) -> None:
    account = store.add(an_account(daily_limit=10, min_wait_time=0, **{name: before}))
    plan = plan_reservation(account, [PLAIN] * 4, "r1", NOON, timedelta(0))
    assert isinstance(plan, Plan)
    store.change("ten_a", "acc_1", Change((Set((name,), lesson_record(Lesson(5, NOON))),)))

    assert isinstance(store.change("ten_a", "acc_1", plan.change), Refused)


@pytest.mark.parametrize("before", [None, NOON - timedelta(minutes=1)])
@pytest.mark.parametrize("lesson", [None, Lesson(5, NOON - timedelta(minutes=1))])
def test_a_reservation_is_made_when_the_account_is_as_it_was_seen(
    store: AccountStore, before: datetime | None, lesson: Lesson | None
) -> None:
    learned = {"learned_daily": lesson, "learned_spacing": lesson}
    account = store.add(an_account(daily_limit=10, min_wait_time=0, rest_until=before, **learned))
    plan = plan_reservation(account, [PLAIN] * 4, "r1", NOON, timedelta(0))
    assert isinstance(plan, Plan)

    assert isinstance(store.change("ten_a", "acc_1", plan.change), Applied)


@pytest.mark.parametrize("reply_class", [ReplyClass.QUOTA, ReplyClass.RATE])
def test_a_lesson_is_learned_once_from_mails_that_were_under_way_together(
    store: AccountStore, reply_class: ReplyClass
) -> None:
    reserved = store.add(an_account(daily_limit=100, min_wait_time=1))
    verdict, report = Verdict(reply_class, Phase.MAIL, "its words"), ReportHealth(store, FakeClock())

    first, second = report.fault(reserved, verdict), report.fault(reserved, verdict)
    third = report.fault(second, verdict)

    assert (first.learned_daily, first.learned_spacing) == (second.learned_daily, second.learned_spacing)
    assert limits_at(first, NOON) != limits_at(reserved, NOON)
    assert limits_at(third, NOON) != limits_at(second, NOON)


def test_outcomes_are_counted_with_the_settlement_and_go_into_the_history(store: AccountStore) -> None:
    account, settle = store.add(an_account(daily_limit=10, min_wait_time=0)), Settle(store)
    reserve = Reserve(store, FakeClock())

    for outcomes in ({"sent": 2}, {"sent": 1, "busy": 1}, {"failed": 1}, {}):
        granted = reserve(account, [PLAIN] * 2, timedelta(0))
        assert isinstance(granted, Granted)
        for _ in range(2):
            settle(granted, 0, Tally(outcomes, NOON if outcomes else None))

    clock = FakeClock(NOON + timedelta(days=1))
    stored = store.get("ten_a", "acc_1")
    assert stored is not None
    assert stored.counter.tallies == {"2030-01-31": {"sent": 3, "busy": 1, "failed": 1}}
    assert stored.last_success == NOON
    assert EndDays(store, lambda *_, **__: None, clock)() == Progress(1)
    assert store.days("ten_a", "acc_1", "2030-01-01") == {
        "2030-01-31": DayCount(8, {"sent": 3, "busy": 1, "failed": 1})
    }
    ended = store.get("ten_a", "acc_1")
    assert ended is not None
    assert (ended.counter.tallies, ended.counter.finished) == ({}, {})


def test_sessions_are_registered_one_by_one_held_and_closed(store: AccountStore) -> None:
    clock = FakeClock()
    account = store.add(an_account())
    log_ins = LogIns(store, clock)

    first = log_ins.ready(log_ins.permit(account, timedelta(0)))
    second = log_ins.permit(account, timedelta(0))
    with pytest.raises(NoRoom):
        log_ins.permit(account, timedelta(0))
    log_ins.closed(second)
    clock.advance(timedelta(seconds=90))
    renewed = log_ins.renewed(first)

    found = store.get("ten_a", "acc_1")
    assert renewed is not None
    assert found is not None
    assert found.sessions == Sessions({first.session_id: to_milliseconds(renewed.ends)}, {"2030-01-31": 2})
    clock.advance(timedelta(hours=12))
    last = log_ins.permit(account, timedelta(0))
    assert last.account.sessions is not None
    assert set(last.account.sessions.ends) == {last.session_id}
    assert last.account.sessions.logins == {"2030-02-01": 1}


def test_a_row_from_before_connections_were_counted_is_read_and_written(store: AccountStore) -> None:
    account = store.add(an_account())
    then = (Remove(("max_connections",)), Set(("id",), "acc_1"), Set(("tenant_id",), "ten_a"))
    store.change("ten_a", "acc_1", Change(then))
    assert store.get("ten_a", "acc_1") == account

    permit = LogIns(store, FakeClock()).permit(account, timedelta(0))

    assert open_sessions(permit.account, NOON) == 1


def test_a_refused_change_shows_the_row_that_refused_it(store: AccountStore) -> None:
    account = store.add(an_account(daily_limit=10, min_wait_time=0))
    plan = plan_reservation(account, [PLAIN] * 4, "r1", NOON, timedelta(0))
    assert isinstance(plan, Plan)
    store.change("ten_a", "acc_1", plan.change)

    again = store.change("ten_a", "acc_1", plan.change)

    assert isinstance(again, Refused)
    assert again.row is not None
    assert again.row.counter.reservations["r1"].count == 4
    assert again.row.counter.day_used == 4


def test_accounts_whose_day_has_ended_are_found(store: AccountStore) -> None:
    store.add(an_account(id="acc_utc", timezone="UTC"))
    store.add(an_account(id="acc_east", timezone="Pacific/Auckland"))

    def found(after: timedelta) -> set[tuple[str, str]]:
        return set(store.rolling_over(to_milliseconds(NOON + after)))

    assert found(timedelta(0)) == set()
    assert found(timedelta(hours=12)) == {("ten_a", "acc_utc")}
    assert found(timedelta(hours=23)) == {("ten_a", "acc_utc"), ("ten_a", "acc_east")}


def test_however_many_senders_died_their_reservations_are_dropped_when_the_day_ends(store: AccountStore) -> None:
    """In one write, these made an expression longer than the 4 KB that DynamoDB takes."""
    account = an_account(daily_limit=1000, timezone="UTC")
    dead = Reservation(count=1, day="2030-01-31", hour=0, generation=0, at_ms=to_milliseconds(NOON))
    held = {f"{number:012x}": dead for number in range(600)}
    store.add(replace(account, counter=replace(account.counter, reservations=held)))
    clock = FakeClock()
    clock.advance(timedelta(days=1))

    assert EndDays(store, lambda *_, **__: None, clock)() == Progress(1)

    found = store.get("ten_a", "acc_1")
    assert found is not None
    assert found.counter.reservations == {}


def test_the_history_of_days_is_kept_per_account_and_written_once(store: AccountStore) -> None:
    day = DayCount(7, {"sent": 5, "busy": 2})
    store.write_day("ten_a", "acc_1", "2030-01-29", DayCount(3))
    store.write_day("ten_a", "acc_1", "2030-01-30", day)
    store.write_day("ten_a", "acc_1", "2030-01-30", day)
    store.write_day("ten_a", "acc_2", "2030-01-30", DayCount(1))

    assert store.days("ten_a", "acc_1", "2030-01-30") == {"2030-01-30": day}
    assert store.days("ten_a", "acc_1", "2030-01-01") == {"2030-01-29": DayCount(3), "2030-01-30": day}
    assert store.days("ten_b", "acc_1", "2030-01-01") == {}


def test_events_are_kept_per_account_and_do_not_mix_with_its_days(store: AccountStore) -> None:
    day = DayCount(7, {"sent": 7})
    events = [
        AccountEvent(new_id("evt", NOON + timedelta(seconds=n)), NOON + timedelta(seconds=n), EventKind.RESTS, f"{n}")
        for n in range(3)
    ]
    for event in events:
        store.note("ten_a", "acc_1", event)
    store.write_day("ten_a", "acc_1", "2030-01-30", day)

    newest = store.events("ten_a", "acc_1", PageRequest(limit=2, newest_first=True))
    rest = store.events("ten_a", "acc_1", PageRequest(limit=2, after=newest.last, newest_first=True))

    assert [*newest.items, *rest.items] == events[::-1]
    assert rest.last is None
    assert store.days("ten_a", "acc_1", "2000-01-01") == {"2030-01-30": day}
    assert store.events("ten_b", "acc_1", PageRequest()).items == ()
    assert store.events("ten_a", "acc_2", PageRequest()).items == ()


def test_the_end_of_an_access_token_is_shown_only_while_its_consent_is_in_use(store: AccountStore) -> None:
    account = store.add(an_account(secret_version="v1", authorization=Authorization(NOON)))
    replaced = replace(account, secret_version="v0")
    ends = NOON + timedelta(hours=1)

    refused = store.change("ten_a", "acc_1", plan_expiry(replaced, ends))
    applied = store.change("ten_a", "acc_1", plan_expiry(account, ends))
    store.change("ten_a", "acc_1", Change((Remove(("oauth2",)),)))
    without = store.change("ten_a", "acc_1", plan_expiry(account, ends))

    assert isinstance(refused, Refused)
    assert isinstance(applied, Applied)
    assert applied.row.authorization == Authorization(NOON, ends)
    assert isinstance(without, Refused)


@pytest.mark.parametrize("status", [AccountStatus.PENDING, AccountStatus.ERROR, AccountStatus.ACTIVE])
def test_a_passed_test_proves_the_very_configuration_that_was_tested(
    store: AccountStore, status: AccountStatus
) -> None:
    tested = store.add(an_account(status=status, proven=0, last_error=LastError(NOON, "auth", "535"), faults=2))
    change = plan_passed(tested)
    assert change is not None

    first = store.change("ten_a", "acc_1", change)
    store.change("ten_a", "acc_1", Change((Set(("revision",), 2), Set(("status",), "pending"))))
    second = store.change("ten_a", "acc_1", change)

    assert isinstance(first, Applied)
    assert first.row.config.status is AccountStatus.ACTIVE
    assert (first.row.proven, first.row.last_error, first.row.faults) == (1, None, 0)
    assert isinstance(second, Refused)
    assert second.row is not None
    assert second.row.config.status is AccountStatus.PENDING


def test_a_failed_test_is_noted_of_the_very_configuration_that_was_tested(store: AccountStore) -> None:
    tested = store.add(an_account(status=AccountStatus.PENDING))
    noted = plan_noted(tested, Verdict(ReplyClass.AUTH, Phase.AUTH, "535 5.7.8 no"), NOON)

    first = store.change("ten_a", "acc_1", noted)
    store.change("ten_a", "acc_1", Change((Set(("revision",), 2), Remove(("last_error",)))))
    second = store.change("ten_a", "acc_1", noted)

    assert isinstance(first, Applied)
    assert first.row.last_error == LastError(NOON, "auth", "535 5.7.8 no")
    assert isinstance(second, Refused)


def test_a_test_has_a_place_among_the_connections_of_an_account_that_may_not_send(store: AccountStore) -> None:
    account = store.add(an_account(status=AccountStatus.PENDING, sessions=None))
    of_senders, of_tests = LogIns(store, FakeClock()), LogIns(store, FakeClock(), lambda _: None, for_tests=True)
    with pytest.raises(NoRoom):
        of_senders.permit(account, timedelta())

    permit = of_tests.permit(account, timedelta())
    with pytest.raises(NoRoom):
        of_tests.permit(account, timedelta(seconds=1))
    of_tests.closed(permit)

    again = of_tests.permit(account, timedelta())
    assert open_sessions(again.account, NOON) == 1
