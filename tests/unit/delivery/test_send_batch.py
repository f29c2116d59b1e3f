"""The whole way of a batch, on stores in memory and servers that say what a test wants."""

import threading
from datetime import timedelta

import pytest

from postroom.accounts.logins import LogIns
from postroom.accounts.model import AccountStatus, QuotaUnit
from postroom.accounts.usage_now import usage_at
from postroom.delivery.deadline import Deadline
from postroom.messages import life
from postroom.messages.model import Content, Priority, Reason, RecipientStatus, Status
from tests.builders import a_content, a_draft, an_account
from tests.fakes.batch import drafts, with_account
from tests.fakes.sending import OK, TENANT, FakeSender


def test_what_is_accepted_is_sent_and_counted(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())

    given_back = sender.run()

    found = sender.message(message)
    assert given_back == set()
    assert found.status is Status.SENT
    assert found.recipients == {"ann@example.com": RecipientStatus.SENT}
    assert found.attempts[0].reply == OK.words
    assert found.used_account_id == "acc_1"
    assert usage_at(sender.account(), sender.clock()).sent == 1
    assert sender.account().counter.reservations == {}


def test_of_five_with_a_limit_of_three_three_are_sent_and_two_know_when_they_will_go(sender: FakeSender) -> None:
    with_account(sender, daily_limit=3)
    messages = sender.accept(*drafts(5))

    sender.run()

    states = [sender.message(message) for message in messages]
    waiting = [state for state in states if state.status is Status.DEFERRED]
    assert len(sender.servers.accepted) == 3
    assert len(waiting) == 2
    midnight = usage_at(sender.account(), sender.clock()).resets_at
    assert {state.next_attempt_at for state in waiting} == {midnight}
    assert {state.reason for state in waiting} == {Reason.QUOTA}
    assert "limit of 3" in waiting[0].detail


def test_what_a_provider_counts_by_recipients_is_used_up_by_recipients(sender: FakeSender) -> None:
    with_account(sender, daily_limit=7, quota_unit=QuotaUnit.RECIPIENTS)
    to_three = [a_draft(recipients=tuple(f"r{n}{part}@example.com" for part in "abc")) for n in range(3)]
    messages = sender.accept(*to_three)

    sender.run()

    assert usage_at(sender.account(), sender.clock()).sent == 6
    [waiting] = [state for state in map(sender.message, messages) if state.status is Status.DEFERRED]
    assert waiting.detail == "sales@example.com has 1 left of its limit of 7, and it has 3 recipients"


def test_the_kept_share_waits_for_mail_of_high_priority(sender: FakeSender) -> None:
    with_account(sender, daily_limit=5, high_priority_share=40)
    bulk = sender.accept(*drafts(4))
    sender.run()
    urgent = sender.accept(a_draft(priority=Priority.HIGH), a_draft(priority=Priority.HIGH))

    sender.run()

    [waiting] = [state for state in map(sender.message, bulk) if state.status is Status.DEFERRED]
    assert "keeps the 2 that are left of 5 for mail of high priority" in waiting.detail
    assert {sender.message(message).status for message in urgent} == {Status.SENT}


def test_a_message_that_no_limit_can_ever_hold_says_so(sender: FakeSender) -> None:
    with_account(sender, daily_limit=2, quota_unit=QuotaUnit.RECIPIENTS)
    [message] = sender.accept(a_draft(recipients=("a@example.com", "b@example.com", "c@example.com")))

    sender.run()

    assert "may send to 2 recipients a day, and it has 3" in sender.message(message).detail


def test_a_message_whose_account_may_send_nothing_says_so(sender: FakeSender) -> None:
    with_account(sender, daily_limit=0)
    [message] = sender.accept(a_draft())

    sender.run()

    assert sender.message(message).detail == "sales@example.com has a limit of 0"


def test_an_id_that_comes_three_times_is_sent_once(sender: FakeSender) -> None:
    with_account(sender)
    sender.accept(*drafts(20))
    tickets = sender.queues.take_all()

    for _ in range(3):
        sender.run(tickets * 2)

    assert sender.servers.recipients == sorted(f"r{n}@example.com" for n in range(20))


def test_many_processes_with_the_same_ids_send_each_once() -> None:
    sender = with_account(FakeSender(), daily_limit=1000)
    sender.accept(*drafts(60))
    tickets = sender.queues.take_all()
    processes = [sender.another_process() for _ in range(8)]
    start = threading.Barrier(len(processes))

    def work(number: int) -> None:
        start.wait()
        for offset in range(0, 60, 10):
            part = tickets[(offset + number * 10) % 60 :][:10]
            processes[number](part, Deadline.after(55))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(processes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sender.servers.recipients == sorted(f"r{n}@example.com" for n in range(60))
    assert sender.account().counter.day_used == 60


def test_what_was_cancelled_is_not_sent(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())
    sender.messages.change(TENANT, message.id, life.cancelled(message))

    sender.run()

    assert sender.servers.accepted == []


def test_content_that_cannot_be_written_fails_with_its_reason(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft(content=Content("x", "y", None, to=(), headers=(("Bcc", "eve@example.com"),))))

    sender.run()

    assert sender.message(message).status is Status.FAILED
    assert sender.message(message).attempts[0].phase == "assembly"


def test_a_message_that_names_an_account_uses_no_other(sender: FakeSender) -> None:
    with_account(sender, id="acc_1", email="one@example.com", daily_limit=1)
    with_account(sender, id="acc_2", email="two@example.com")
    messages = sender.accept(*drafts(3, account_id="acc_1"))

    sender.run()

    assert [from_ for from_, _, _ in sender.servers.accepted] == ["one@example.com"]
    assert [sender.message(message).status for message in messages].count(Status.DEFERRED) == 2


def test_without_an_account_a_message_waits_and_says_so(sender: FakeSender) -> None:
    [message] = sender.accept(a_draft())

    sender.run()

    assert sender.message(message).status is Status.DEFERRED
    assert sender.message(message).reason is Reason.NO_ACCOUNT
    assert sender.message(message).next_attempt_at is not None


def test_one_connection_carries_a_batch_and_the_next_batch_too(sender: FakeSender) -> None:
    with_account(sender)
    sender.accept(*drafts(5))
    sender.run()
    sender.accept(*drafts(5))
    sender.run()

    assert len(sender.servers.opened) == 1
    assert len(sender.servers.accepted) == 10


def test_a_changed_account_is_not_served_by_its_old_connection(sender: FakeSender) -> None:
    with_account(sender)
    sender.accept(a_draft())
    sender.run()
    account = sender.account()
    sender.accounts.remove(TENANT, "acc_1")
    with_account(sender, revision=account.revision + 1)
    sender.accept(a_draft())
    sender.run()

    assert len(sender.servers.opened) == 2


def test_the_mail_is_what_was_asked_for(sender: FakeSender) -> None:
    with_account(sender, sender_name="Sales & Söhne", reply_to="team@example.com")
    sender.accept(a_draft(content=a_content(subject="Grüße"), priority=Priority.HIGH))

    sender.run()

    [(from_, recipient, mail)] = sender.servers.accepted
    assert from_ == "sales@example.com"
    assert recipient == "ann@example.com"
    assert b"Reply-To: team@example.com" in mail
    assert b"Message-ID: <msg_" in mail


def test_a_new_account_is_tried_with_one_mail_and_then_sends_all(sender: FakeSender) -> None:
    with_account(sender, proven=0)
    sender.accept(*drafts(10))

    sender.run()

    assert len(sender.servers.accepted) == 10
    assert sender.account().proven == sender.account().revision


def test_no_sends_are_reserved_where_no_connection_can_be_had(sender: FakeSender) -> None:
    account = with_account(sender, max_connections=1).accounts.all_of(TENANT)[0]
    LogIns(sender.accounts, sender.clock, lambda _: None).permit(account, timedelta())
    [message] = sender.accept(a_draft())
    changes = sender.account().counter

    sender.run()

    assert sender.servers.opened == []
    assert sender.account().counter.day_used == changes.day_used
    assert sender.message(message).reason is Reason.TURN


@pytest.mark.parametrize(("mails", "seconds_left", "breath"), [(1, 55, 0.06), (10, 55, 0.6), (80, 55, 3), (80, 9, 1)])
def test_a_sender_without_a_connection_draws_breath_before_it_puts_mails_off(
    sender: FakeSender, mails: int, seconds_left: float, breath: float
) -> None:
    account = with_account(sender, max_connections=1).accounts.all_of(TENANT)[0]
    LogIns(sender.accounts, sender.clock, lambda _: None).permit(account, timedelta())
    waiting = sender.accept(*drafts(mails))
    sender.seconds = seconds_left

    sender.run()

    [slept] = sender.slept
    assert 0.7 * breath < slept <= breath
    again_at = sender.message(waiting[-1]).next_attempt_at
    assert again_at is not None
    assert abs(again_at - sender.clock() - timedelta(seconds=1)) <= timedelta(milliseconds=1)


def test_a_sender_puts_off_at_once_what_a_pace_keeps_back(sender: FakeSender) -> None:
    with_account(sender, min_wait_time=60)
    sender.accept(*drafts(10))

    sender.run()

    assert sender.slept == []


@pytest.mark.parametrize(
    ("status", "detail"),
    [
        (AccountStatus.PENDING, "sales@example.com is pending until its connection has been tested"),
        (AccountStatus.INACTIVE, "sales@example.com is inactive until its owner resumes it"),
    ],
)
def test_what_waits_for_an_account_that_may_not_send_says_what_it_waits_for(
    sender: FakeSender, status: AccountStatus, detail: str
) -> None:
    sender.add_account(an_account(status=status))
    [message] = sender.accept(a_draft())

    sender.run()

    waiting = sender.message(message)
    assert (waiting.status, waiting.reason, waiting.detail) == (Status.DEFERRED, Reason.ACCOUNT, detail)
    assert sender.servers.opened == []
