from datetime import timedelta

import pytest

from postroom.accounts.health import QUOTA_PROBE, RESTS
from postroom.accounts.model import Account, AccountStatus, EventKind, LastError, PipeliningFault
from postroom.accounts.report import ReportHealth
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.delivery.outcome import ACCOUNT_FAULTS
from postroom.paging import PageRequest
from tests.builders import an_account
from tests.fakes.accounts import ForgetfulAccounts, MemoryAccounts
from tests.fakes.time import NOON, FakeClock


def after_faults(reply_class: ReplyClass, count: int, **changes: object) -> Account:
    store, clock = MemoryAccounts(), FakeClock()
    account = store.add(an_account(**changes))
    for _ in range(count):
        ReportHealth(store, clock).fault(account, Verdict(reply_class, Phase.MAIL, "its words"))
        account = store.get("ten_a", "acc_1") or account
    return account


@pytest.mark.parametrize("reply_class", sorted(ACCOUNT_FAULTS))
def test_every_fault_of_an_account_is_shown_in_the_servers_words(reply_class: ReplyClass) -> None:
    account = after_faults(reply_class, 1)

    assert account.last_error == LastError(NOON, reply_class, "its words")


def test_refused_credentials_stop_the_account_at_once() -> None:
    assert after_faults(ReplyClass.AUTH, 1).config.status is AccountStatus.ERROR


def test_credentials_refused_for_an_older_configuration_do_not_stop_the_new_one() -> None:
    store = MemoryAccounts()
    seen = an_account()
    store.add(an_account(revision=2))

    ReportHealth(store, FakeClock()).fault(seen, Verdict(ReplyClass.AUTH, Phase.AUTH, "535"))

    found = store.get("ten_a", "acc_1")
    assert found is not None
    assert found.config.status is AccountStatus.ACTIVE


def test_an_unreachable_server_rests_only_after_several_faults_and_then_ever_longer() -> None:
    rests = [after_faults(ReplyClass.INFRASTRUCTURE, count).rest_until for count in range(1, 6)]

    assert rests[:2] == [None, None]
    assert rests[2:] == [NOON + timedelta(minutes=minutes) for minutes in (1, 2, 4)]


def test_a_server_that_wants_us_slower_gets_a_rest_at_once() -> None:
    account = after_faults(ReplyClass.RATE, 1)

    assert account.rest_until == NOON + timedelta(seconds=30)
    assert not account.can_send(NOON)
    assert account.can_send(NOON + timedelta(seconds=30))


def test_rests_have_an_end() -> None:
    assert all(rest.after(10_000) == rest.longest for rest in RESTS.values())


def test_a_used_up_quota_is_looked_at_again_at_the_latest_in_an_hour() -> None:
    assert after_faults(ReplyClass.QUOTA, 1).rest_until == NOON + QUOTA_PROBE


def test_one_success_ends_it() -> None:
    store = MemoryAccounts()
    account = store.add(an_account(faults=4, last_error=LastError(NOON, "rate", "421"), rest_until=NOON))

    ReportHealth(store, FakeClock()).success(account)

    found = store.get("ten_a", "acc_1")
    assert found is not None
    assert (found.faults, found.last_error, found.rest_until) == (0, None, None)


@pytest.mark.parametrize("reply_class", [ReplyClass.QUOTA, ReplyClass.RATE, ReplyClass.INFRASTRUCTURE])
def test_a_success_leaves_what_another_sender_took_down_since_its_mail_was_reserved(reply_class: ReplyClass) -> None:
    store = MemoryAccounts()
    reserved = store.add(an_account(faults=1, last_error=LastError(NOON, "infrastructure", "421 try later")))
    report = ReportHealth(store, FakeClock())
    faulty = report.fault(reserved, Verdict(reply_class, Phase.MAIL, "its words"))

    report.success(reserved)

    assert store.get("ten_a", "acc_1") == faulty
    assert EventKind.RECOVERED not in {event.kind for event in store.events("ten_a", "acc_1", PageRequest()).items}


def test_a_recovery_whose_answer_was_lost_is_told_once() -> None:
    store = ForgetfulAccounts()
    seen = store.add(an_account(faults=3, rest_until=NOON))

    ReportHealth(store, FakeClock()).success(seen)

    events = store.events("ten_a", "acc_1", PageRequest()).items
    assert [event.kind for event in events] == [EventKind.RECOVERED]


def events_after(*classes: ReplyClass | None) -> list[tuple[EventKind, str]]:
    """None stands for a success."""
    store, clock = MemoryAccounts(), FakeClock()
    store.add(an_account())
    report = ReportHealth(store, clock)
    for reply_class in classes:
        seen = store.get("ten_a", "acc_1")
        assert seen is not None
        if reply_class is None:
            report.success(seen)
        else:
            report.fault(seen, Verdict(reply_class, Phase.MAIL, "its words"))
        clock.advance(timedelta(seconds=1))
    return [(event.kind, event.detail) for event in store.events("ten_a", "acc_1", PageRequest()).items]


def test_the_owner_is_told_that_an_account_was_stopped() -> None:
    assert events_after(ReplyClass.AUTH) == [(EventKind.STOPPED, "its words")]


def test_the_owner_is_told_of_rests_and_of_their_end_but_not_of_single_faults() -> None:
    unreachable = ReplyClass.INFRASTRUCTURE

    assert events_after(unreachable, unreachable) == []
    assert [kind for kind, _ in events_after(unreachable, unreachable, unreachable, None, None)] == [
        EventKind.RESTS,
        EventKind.RECOVERED,
    ]


@pytest.mark.parametrize("words", ["550 5.4.5 Daily limit exceeded", "452 4.5.3 Hourly limit exceeded"])
def test_mails_that_are_refused_together_for_the_quota_begin_one_rest(words: str) -> None:
    store, clock = MemoryAccounts(), FakeClock()
    reserved = store.add(an_account())
    report, verdict = ReportHealth(store, clock), Verdict(ReplyClass.QUOTA, Phase.MAIL, words)

    first = report.fault(reserved, verdict)
    clock.advance(timedelta(seconds=1))
    second = report.fault(reserved, verdict)
    clock.advance(QUOTA_PROBE)
    later = report.fault(second, verdict)

    assert second.rest_until == first.rest_until == NOON + QUOTA_PROBE
    assert later.rest_until == clock.now + QUOTA_PROBE
    kinds = [event.kind for event in store.events("ten_a", "acc_1", PageRequest()).items]
    assert kinds.count(EventKind.RESTS) == 2


def test_a_used_up_quota_counts_for_more_than_a_shorter_rest_that_has_begun() -> None:
    store = MemoryAccounts()
    reserved = store.add(an_account())
    report = ReportHealth(store, FakeClock())

    report.fault(reserved, Verdict(ReplyClass.RATE, Phase.MAIL, "421"))

    assert report.fault(reserved, Verdict(ReplyClass.QUOTA, Phase.MAIL, "550")).rest_until == NOON + QUOTA_PROBE


@pytest.mark.parametrize(
    ("reply_class", "faults", "told"),
    [
        (ReplyClass.RATE, 1, [EventKind.RESTS, EventKind.LIMIT_LEARNED]),
        (ReplyClass.QUOTA, 0, [EventKind.RESTS, EventKind.LIMIT_LEARNED]),
        (ReplyClass.AUTH, 0, [EventKind.STOPPED]),
    ],
)
def test_a_fault_whose_answer_was_lost_counts_once_and_is_told(
    reply_class: ReplyClass, faults: int, told: list[EventKind]
) -> None:
    store = ForgetfulAccounts()
    seen = store.add(an_account())

    ReportHealth(store, FakeClock()).fault(seen, Verdict(reply_class, Phase.MAIL, "its words"))

    found = store.get("ten_a", "acc_1")
    assert found is not None
    assert found.faults == faults
    assert sorted(event.kind for event in store.events("ten_a", "acc_1", PageRequest()).items) == sorted(told)


@pytest.mark.parametrize("store_class", [MemoryAccounts, ForgetfulAccounts])
def test_pipelining_that_failed_is_off_from_then_on_and_the_owner_is_told_once(
    store_class: type[MemoryAccounts],
) -> None:
    store, clock = store_class(), FakeClock()
    seen = store.add(an_account())

    ReportHealth(store, clock).pipelining_failed(seen, "503 5.5.1 out of order")
    clock.advance(timedelta(seconds=1))
    ReportHealth(store, clock).pipelining_failed(seen, "the words of another sender")

    found = store.get("ten_a", "acc_1")
    assert found is not None
    assert found.pipelining_fault == PipeliningFault(NOON, "503 5.5.1 out of order")
    assert not found.may_pipeline
    assert found.can_send(NOON)
    events = store.events("ten_a", "acc_1", PageRequest()).items
    assert [(event.kind, event.detail) for event in events] == [(EventKind.PIPELINING_OFF, "503 5.5.1 out of order")]


def test_pipelining_that_failed_with_an_older_configuration_is_not_held_against_the_new_one() -> None:
    store = MemoryAccounts()
    store.add(an_account(revision=2))

    ReportHealth(store, FakeClock()).pipelining_failed(an_account(), "503")

    found = store.get("ten_a", "acc_1")
    assert found is not None
    assert found.may_pipeline


def test_faults_of_two_senders_at_once_are_both_counted() -> None:
    store = MemoryAccounts()
    seen = store.add(an_account())
    report = ReportHealth(store, FakeClock())

    report.fault(seen, Verdict(ReplyClass.INFRASTRUCTURE, Phase.MAIL, "of one"))
    report.fault(seen, Verdict(ReplyClass.INFRASTRUCTURE, Phase.MAIL, "of the other"))

    found = store.get("ten_a", "acc_1")
    assert found is not None
    assert found.faults == 2


def test_a_fault_of_the_old_configuration_does_not_rest_the_new_one() -> None:
    store = MemoryAccounts()
    store.add(an_account(revision=2))

    ReportHealth(store, FakeClock()).fault(an_account(), Verdict(ReplyClass.RATE, Phase.MAIL, "421"))

    found = store.get("ten_a", "acc_1")
    assert found is not None
    assert (found.rest_until, found.last_error) == (None, None)


@pytest.mark.parametrize("late", [ReplyClass.RATE, ReplyClass.INFRASTRUCTURE])
def test_a_late_fault_of_another_kind_ends_no_longer_rest(late: ReplyClass) -> None:
    store, clock = MemoryAccounts(), FakeClock()
    reserved = store.add(an_account(faults=2, daily_limit=1000))
    report = ReportHealth(store, clock)
    report.fault(reserved, Verdict(ReplyClass.QUOTA, Phase.MAIL, "550 5.4.5 limit"))
    clock.advance(timedelta(seconds=1))

    account = report.fault(reserved, Verdict(late, Phase.MAIL, "421 4.7.28 slow down"))

    assert account.rest_until == NOON + timedelta(hours=1)
