"""A batch whose accounts are refused, or whose servers break, or cannot be reached."""

import threading
import time

import pytest

from postroom.accounts.model import AccountStatus
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Password, Phase, ReplyClass, Server, Verdict
from postroom.errors import Unavailable
from postroom.messages.model import Reason, Status
from postroom.messages.ports import Ticket
from tests.builders import a_draft
from tests.fakes.batch import drafts, verdict, with_account
from tests.fakes.sending import OK, TENANT, FakeSender, FakeSession


def test_a_wrong_password_stops_the_account_and_loses_nothing(sender: FakeSender) -> None:
    version = sender.passwords.store(TENANT, "acc_1", "wrong")
    with_account(sender, secret_version=version, daily_limit=1000)
    sender.servers.refuse_session = lambda _: verdict(ReplyClass.AUTH, "535 5.7.8 not accepted", Phase.AUTH)
    messages = sender.accept(*drafts(100))

    for start in range(0, 100, 10):
        sender.run([Ticket(TENANT, message.id) for message in messages[start : start + 10]])

    states = [sender.message(message) for message in messages]
    assert sender.account().config.status is AccountStatus.ERROR
    assert sender.account().last_error is not None
    assert len(sender.servers.opened) <= 3
    assert {state.status for state in states} == {Status.DEFERRED}
    assert {state.reason for state in states} == {Reason.ACCOUNT}
    assert all("535 5.7.8" in state.detail for state in states)
    assert sender.account().counter.day_used == 0


def test_a_password_that_was_changed_meanwhile_is_read_once_more(sender: FakeSender) -> None:
    version = sender.passwords.store(TENANT, "acc_1", "old")
    with_account(sender, secret_version=version)
    sender.accept(a_draft())
    sender.run()
    sender.passwords.rotate(TENANT, "acc_1", "new")
    sender.servers.refuse_session = lambda server: (
        verdict(ReplyClass.AUTH, "535", Phase.AUTH) if server.credential == Password("sales", "old") else None
    )
    sender.send_batch = sender.another_process()
    sender.servers.opened.clear()
    [message] = sender.accept(a_draft())

    sender.run()

    assert sender.message(message).status is Status.SENT
    assert sender.account().config.status is AccountStatus.ACTIVE


def test_a_host_that_cannot_be_reached_defers_and_shows_on_the_account(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.refuse_session = lambda _: verdict(ReplyClass.INFRASTRUCTURE, "Connection refused", Phase.CONNECT)
    [message] = sender.accept(a_draft())

    sender.run()

    found = sender.message(message)
    assert found.status is Status.DEFERRED
    assert found.attempts[0].reply == "Connection refused"
    assert found.retries == 0
    error = sender.account().last_error
    assert error is not None
    assert error.words == "Connection refused"


def test_a_connection_that_breaks_is_opened_anew_for_the_next_message(sender: FakeSender) -> None:
    with_account(sender)
    lost = verdict(ReplyClass.INFRASTRUCTURE, "Connection reset", Phase.DATA)
    answers = iter([OK, lost, OK, OK])
    sender.servers.answer = lambda *_: next(answers)
    messages = sender.accept(*drafts(4))
    sender.run()

    assert len(sender.servers.accepted) == 3
    assert len(sender.servers.opened) == 2
    assert [sender.message(m).status for m in messages].count(Status.DEFERRED) == 1


@pytest.mark.parametrize("proven", [0, 1])
def test_a_wrong_password_met_by_many_senders_at_once_is_tried_but_a_few_times(proven: int) -> None:
    sender = FakeSender()
    version = sender.passwords.store(TENANT, "acc_1", "wrong")
    with_account(sender, secret_version=version, daily_limit=1000, proven=proven)

    def refuse(_server: Server) -> Verdict:
        time.sleep(0.03)
        return verdict(ReplyClass.AUTH, "535 5.7.8 not accepted", Phase.AUTH)

    sender.servers.refuse_session = refuse
    messages = sender.accept(*drafts(200))
    processes = [sender.another_process() for _ in range(20)]
    start = threading.Barrier(len(processes))

    def work(number: int) -> None:
        start.wait()
        part = [Ticket(TENANT, message.id) for message in messages[number * 10 :][:10]]
        processes[number](part, Deadline.after(55))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(processes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sender.servers.opened) <= 3
    assert {sender.message(message).status for message in messages} == {Status.DEFERRED}


def test_a_server_that_never_says_whether_it_took_a_mail_gets_a_rest(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.UNCERTAIN, "Connection lost", Phase.FINAL_DOT)

    for _ in range(3):
        sender.accept(a_draft())
        sender.run()

    assert sender.account().faults == 3
    assert sender.account().rest_until is not None


def test_a_server_that_does_pipelining_badly_is_used_without_it_from_then_on(sender: FakeSender) -> None:
    with_account(sender)
    open_session = sender.servers.open

    def opened(server: Server, deadline: Deadline) -> FakeSession:
        session = open_session(server, deadline)
        session.misbehaviour = "It answered out of turn" if server.pipelining else None
        return session

    sender.servers.open = opened  # type: ignore[method-assign, assignment]
    sender.send_batch = sender.another_process()
    for _ in range(2):
        sender.accept(a_draft())
        sender.run()

    assert [server.pipelining for server in sender.servers.opened] == [True, False]
    fault = sender.account().pipelining_fault
    assert fault is not None
    assert fault.words == "It answered out of turn"
    assert len(sender.servers.accepted) == 2


def test_what_a_badly_pipelining_server_says_of_the_account_still_counts(sender: FakeSender) -> None:
    with_account(sender)
    open_session = sender.servers.open

    def opened(server: Server, deadline: Deadline) -> FakeSession:
        session = open_session(server, deadline)
        session.misbehaviour = "It answered out of turn"
        return session

    sender.servers.open = opened  # type: ignore[method-assign, assignment]
    sender.servers.answer = lambda *_: verdict(ReplyClass.QUOTA, "550 5.4.5 limit")
    sender.send_batch = sender.another_process()
    sender.accept(a_draft())

    sender.run()

    error = sender.account().last_error
    assert error is not None
    assert error.reply_class == ReplyClass.QUOTA


def test_an_account_that_recovers_within_its_lot_is_ready_again(sender: FakeSender) -> None:
    with_account(sender)
    answers = iter([verdict(ReplyClass.INFRASTRUCTURE, "Connection reset", Phase.MAIL)])
    sender.servers.answer = lambda *_: next(answers, OK)
    sender.accept(*drafts(3))

    sender.run()

    assert sender.account().faults == 0
    assert sender.account().last_error is None


def test_a_fault_that_is_only_our_own_haste_is_not_held_against_the_account(
    sender: FakeSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("send_batch", "lot", "lot_flow", "claiming"):
        monkeypatch.setattr(f"postroom.delivery.{module}.SECONDS_FOR_ONE", 0.0)
    with_account(sender)
    sender.seconds = 0.3

    def slow(*_: object) -> Verdict:
        time.sleep(0.4)
        return verdict(ReplyClass.INFRASTRUCTURE, "The server did not answer in time")

    sender.servers.answer = slow
    sender.accept(a_draft())
    sender.run()

    assert sender.account().faults == 0


def test_a_process_that_can_open_nothing_more_leaves_its_mails_to_another_and_blames_no_account(
    sender: FakeSender,
) -> None:
    with_account(sender)

    def full(_server: Server, _deadline: Deadline) -> FakeSession:
        raise Unavailable

    sender.open_session = full
    sender.send_batch = sender.another_process()
    [message] = sender.accept(a_draft())

    given_back = sender.run()

    assert given_back == {Ticket(TENANT, message.id)}
    assert (sender.account().faults, sender.account().last_error) == (0, None)
    assert sender.account().counter.day_used == 0
