"""What a test does to the account, and what it leaves alone."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.accounts.model import AccountStatus, EventKind, LastError
from postroom.accounts.sessions import open_sessions
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Phase, ReplyClass, Security, Verdict
from postroom.delivery.smtp.watch import Step
from postroom.errors import NotFound, Unavailable
from postroom.paging import PageRequest
from postroom.probe.model import Cause, Report
from tests.fakes.probing import CERTIFICATE, PASSWORD, USERS, Owner
from tests.fakes.time import NOON
from tests.faults.smtp_server import Answer, SmtpServer

BAD_PASSWORD = Verdict(ReplyClass.AUTH, Phase.AUTH, "535 5.7.8 no")
REFUSED = LastError(NOON, ReplyClass.AUTH, "535 5.7.8 no")


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer(context=CERTIFICATE.server_context(), users=USERS) as running:
        yield running


@pytest.fixture
def owner() -> Owner:
    return Owner()


def events(owner: Owner) -> list[EventKind]:
    return [event.kind for event in owner.store.events("ten_a", "acc_1", PageRequest()).items]


@pytest.mark.parametrize("status", [AccountStatus.PENDING, AccountStatus.ERROR])
def test_one_that_passes_is_active_and_what_waits_for_it_is_looked_at_again(
    owner: Owner, server: SmtpServer, status: AccountStatus
) -> None:
    owner.has(server.port, status=status, proven=0, last_error=REFUSED, faults=3)

    report = owner.test()

    assert report.success
    assert report.account == owner.account
    assert owner.account.config.status is AccountStatus.ACTIVE
    assert (owner.account.last_error, owner.account.faults) == (None, 0)
    assert not owner.account.is_on_trial
    assert owner.woken == ["ten_a"]
    assert events(owner) == [EventKind.PROVEN]


def test_one_that_was_switched_off_stays_so(owner: Owner, server: SmtpServer) -> None:
    owner.has(server.port, status=AccountStatus.INACTIVE, proven=0)

    report = owner.test()

    assert report.success
    assert "inactive until it is resumed" in report.message
    assert owner.account.config.status is AccountStatus.INACTIVE
    assert owner.account.proven == 1
    assert owner.woken == []


def test_one_that_is_well_costs_no_more_than_its_log_in(owner: Owner, server: SmtpServer) -> None:
    owner.has(server.port)
    before = owner.account

    report = owner.test()

    assert report.success
    assert replace(owner.account, sessions=None) == before
    assert owner.store.changes == 2
    assert events(owner) == []


def test_a_fault_of_the_network_is_over_when_a_test_passes(owner: Owner, server: SmtpServer) -> None:
    lost = LastError(NOON, ReplyClass.INFRASTRUCTURE, "timed out")
    owner.has(server.port, last_error=lost, faults=5, rest_until=NOON + timedelta(minutes=8))

    assert owner.test().success
    assert owner.account.can_send(NOON)
    assert owner.account.faults == 0


@pytest.mark.parametrize("asked_for", [ReplyClass.RATE, ReplyClass.QUOTA])
def test_a_rest_that_the_provider_asked_for_is_kept(owner: Owner, server: SmtpServer, asked_for: ReplyClass) -> None:
    until = NOON + timedelta(minutes=15)
    owner.has(server.port, last_error=LastError(NOON, asked_for, "421 too fast"), rest_until=until, proven=0)

    report = owner.test()

    assert report.success
    assert "rests until 2030-01-31T12:15:00+00:00" in report.message
    assert owner.account.rest_until == until
    assert owner.account.proven == 1


def test_a_rest_that_is_over_is_not_told(owner: Owner, server: SmtpServer) -> None:
    owner.has(server.port, last_error=LastError(NOON, ReplyClass.RATE, "421 too fast"), rest_until=NOON)

    assert owner.test().message == "The connection works, and the account is active"


def test_a_wrong_password_stops_an_active_account_as_it_does_in_a_sender(owner: Owner, server: SmtpServer) -> None:
    owner.has(server.port, password="wrong")

    report = owner.test()

    assert not report.success
    assert report.account.config.status is owner.account.config.status is AccountStatus.ERROR
    assert owner.account.last_error is not None
    assert owner.account.last_error.words.startswith("535 5.7.8")
    assert events(owner) == [EventKind.STOPPED]
    assert server.verbs().count("AUTH") == 1


@pytest.mark.parametrize("status", [AccountStatus.PENDING, AccountStatus.INACTIVE, AccountStatus.ERROR])
def test_a_wrong_password_is_noted_of_one_that_does_not_send(
    owner: Owner, server: SmtpServer, status: AccountStatus
) -> None:
    owner.has(server.port, password="wrong", status=status)

    report = owner.test()

    assert not report.success
    assert owner.account.config.status is status
    assert owner.account.last_error is not None
    assert owner.account.last_error.reply_class == ReplyClass.AUTH
    assert owner.woken == []


def test_a_test_that_does_not_get_there_is_not_held_against_the_account(owner: Owner, server: SmtpServer) -> None:
    owner.has(server.port)
    server.on("GREETING", Answer("421 4.3.2 too busy"))

    assert not owner.test().success
    assert owner.account.faults == 0
    assert owner.account.last_error is None
    assert open_sessions(owner.account, owner.clock()) == 0


def test_a_refused_log_in_is_not_tried_again_at_once_however_often_somebody_asks(
    owner: Owner, server: SmtpServer
) -> None:
    owner.has(server.port, password="wrong", status=AccountStatus.PENDING)

    reports = [owner.test() for _ in range(5)]

    assert server.verbs().count("AUTH") == 1
    assert [report.tested for report in reports] == [True, False, False, False, False]
    assert "half a minute" in reports[1].message
    assert all(step.ok is None for step in reports[1].steps)


def test_a_refused_log_in_may_be_tried_again_a_while_later_or_with_another_password(
    owner: Owner, server: SmtpServer
) -> None:
    account = owner.has(server.port, password="wrong", status=AccountStatus.PENDING)
    owner.test()
    owner.clock.advance(timedelta(seconds=36))
    assert owner.test().tested

    owner.change(owner.account, account.config, PASSWORD)

    assert owner.test().success
    assert owner.account.config.status is AccountStatus.ACTIVE


def test_twenty_tests_at_once_of_a_wrong_password_are_one_refused_log_in(owner: Owner, server: SmtpServer) -> None:
    account = owner.has(server.port, password="wrong", status=AccountStatus.PENDING)
    start = threading.Barrier(20)
    reports: list[Report] = []

    def run() -> None:
        start.wait()
        reports.append(owner.tries()(account, Deadline.after(20)))

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert server.verbs().count("AUTH") == server.refused_logins == 1
    assert sum(report.tested for report in reports) == 1


def test_a_test_opens_no_connection_beyond_those_that_the_account_may_have(owner: Owner, server: SmtpServer) -> None:
    account = owner.has(server.port, max_connections=1)
    held = owner.sends(account)

    report = owner.test()
    held.close()

    assert not report.tested
    assert "as many connections" in report.message
    assert server.connections == 0


def test_who_changes_the_password_in_the_middle_is_not_activated_by_the_test_of_the_old_one(
    owner: Owner, server: SmtpServer
) -> None:
    account = owner.has(server.port, status=AccountStatus.PENDING)
    owner.meanwhile = lambda: owner.change(account, account.config, "not tested yet")

    report = owner.test(account)

    assert not report.success
    assert "changed while it was tested" in report.message
    assert owner.account.config.status is AccountStatus.PENDING
    assert owner.woken == ["ten_a"]
    assert events(owner) == []


def test_who_switches_the_account_off_in_the_middle_finds_it_off(owner: Owner, server: SmtpServer) -> None:
    account = owner.has(server.port, status=AccountStatus.PENDING)
    off = replace(account.config, status=AccountStatus.INACTIVE)
    owner.meanwhile = lambda: owner.change(account, off, None)

    assert not owner.test(account).success
    assert owner.account.config.status is AccountStatus.INACTIVE


def test_a_sender_that_stopped_the_account_in_the_middle_is_not_overruled(owner: Owner, server: SmtpServer) -> None:
    account = owner.has(server.port, proven=0)
    owner.meanwhile = lambda: owner.health.fault(account, BAD_PASSWORD)

    assert not owner.test(account).success
    assert owner.account.config.status is AccountStatus.ERROR


def test_an_account_that_is_deleted_in_the_middle_is_not_there(owner: Owner, server: SmtpServer) -> None:
    account = owner.has(server.port, status=AccountStatus.PENDING)
    owner.meanwhile = lambda: owner.store.remove("ten_a", "acc_1")

    with pytest.raises(NotFound):
        owner.test(account)


def test_a_password_that_was_changed_in_the_store_itself_is_tried_as_a_sender_would(
    owner: Owner, server: SmtpServer
) -> None:
    owner.has(server.port, password="of yesterday", status=AccountStatus.PENDING)
    owner.passwords.rotate("ten_a", "acc_1", PASSWORD)

    report = owner.test()

    assert report.success
    assert all(step.ok for step in report.steps)
    assert server.verbs().count("AUTH") == 2


def test_a_store_of_passwords_that_is_down_is_nobodys_fault(owner: Owner, server: SmtpServer) -> None:
    owner.has(server.port)

    def unread(tenant_id: str, account_id: str, version: str | None = None) -> str:
        raise Unavailable

    owner.passwords.read = unread  # type: ignore[method-assign]

    with pytest.raises(Unavailable):
        owner.test()
    assert open_sessions(owner.account, owner.clock()) == 0


def test_too_many_log_ins_let_an_active_account_rest(owner: Owner, server: SmtpServer) -> None:
    owner.has(server.port)
    server.on("AUTH", Answer("454 4.7.0 Too many login attempts, please try again later"))

    report = owner.test()

    [fault] = [step for step in report.steps if step.ok is False]
    assert fault.advice is not None
    assert (fault.step, fault.advice.cause) == (Step.AUTH, Cause.TOO_MANY_LOGINS)
    assert owner.account.rest_until is not None


def test_nothing_is_left_open_behind_a_test(owner: Owner, server: SmtpServer) -> None:
    owner.has(server.port, Security.STARTTLS)

    owner.test()

    assert open_sessions(owner.account, owner.clock()) == 0
    assert server.hears("QUIT")
    assert "MAIL" not in server.verbs()


def test_what_was_changed_since_it_was_read_is_not_tried_as_it_was(owner: Owner, server: SmtpServer) -> None:
    account = owner.has(server.port, password="of yesterday", status=AccountStatus.PENDING)
    owner.change(account, account.config, PASSWORD)

    report = owner.test(account)

    assert not report.tested
    assert "changed meanwhile" in report.message
    assert server.connections == 0


def test_of_two_ways_with_two_passwords_the_second_alone_is_told(owner: Owner, server: SmtpServer) -> None:
    owner.has(server.port, password="of yesterday", status=AccountStatus.PENDING)
    owner.passwords.rotate("ten_a", "acc_1", PASSWORD)
    server.on("GREETING", Answer("421 4.3.2 too busy"), nth=2)

    report = owner.test()

    assert [step.ok for step in report.steps] == [True, True, False, None, None, None, None]
