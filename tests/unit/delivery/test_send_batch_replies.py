"""What a server says of a message or its recipients, and what becomes of them."""

from datetime import timedelta

import pytest

from postroom.accounts.model import QuotaUnit
from postroom.accounts.usage_now import usage_at
from postroom.delivery.model import Phase, ReplyClass, Server, Verdict
from postroom.messages.model import OnUncertain, Reason, RecipientStatus, Status
from postroom.messages.ports import Ticket
from tests.builders import a_draft
from tests.fakes.batch import drafts, verdict, with_account
from tests.fakes.sending import OK, TENANT, FakeSender


def test_a_quota_reply_moves_the_message_to_another_account_and_never_fails_it(sender: FakeSender) -> None:
    with_account(sender, id="acc_1", email="full@example.com", smtp_host="full.example.com", daily_limit=1000)
    with_account(sender, id="acc_2", email="free@example.com", smtp_host="free.example.com", daily_limit=1000)
    gmail = verdict(ReplyClass.QUOTA, "550 5.4.5 Daily user sending limit exceeded", Phase.MAIL)
    sender.servers.answer = lambda server, _r, _m: gmail if server.host.startswith("full") else OK
    messages = sender.accept(*drafts(20))

    sender.run()

    assert {sender.message(message).status for message in messages} == {Status.SENT}
    assert {from_ for from_, _, _ in sender.servers.accepted} == {"free@example.com"}
    assert sender.account("acc_1").last_error is not None
    assert usage_at(sender.account("acc_1"), sender.clock()).sent == 0
    assert usage_at(sender.account("acc_2"), sender.clock()).sent == 20


def test_without_another_account_a_quota_reply_defers(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.QUOTA, "550 5.4.5 limit")
    messages = sender.accept(*drafts(3))

    sender.run()

    states = [sender.message(message) for message in messages]
    assert {state.status for state in states} == {Status.DEFERRED}
    assert {state.retries for state in states} == {0}
    assert all(state.next_attempt_at and state.next_attempt_at > sender.clock() for state in states)
    assert sum(len(state.attempts) for state in states) == 1
    assert {state.reason for state in states} <= {Reason.QUOTA, Reason.ACCOUNT}
    assert len(sender.servers.opened) == 1


def test_recipients_whom_the_server_refused_use_up_nothing(sender: FakeSender) -> None:
    with_account(sender, daily_limit=60, quota_unit=QuotaUnit.RECIPIENTS)
    unknown = verdict(ReplyClass.RECIPIENT, "550 5.1.1 no such user")
    sender.servers.answer = lambda _s, recipient, _m: OK if recipient.startswith("good") else unknown
    sender.accept(a_draft(recipients=("good@example.com", *(f"bad{n}@example.com" for n in range(49)))))

    sender.run()

    assert usage_at(sender.account(), sender.clock()).sent == 1


def test_recipients_that_were_left_for_another_transaction_are_counted_once(sender: FakeSender) -> None:
    with_account(sender, daily_limit=60, quota_unit=QuotaUnit.RECIPIENTS)
    too_many = verdict(ReplyClass.QUOTA, "452 4.5.3 too many recipients", Phase.RCPT)
    sender.servers.answer = lambda _s, recipient, _m: OK if recipient < "r25" else too_many
    [message] = sender.accept(a_draft(recipients=tuple(f"r{n:02}@example.com" for n in range(50))))
    sender.run()
    sender.servers.answer = lambda *_: OK
    sender.clock.advance(timedelta(minutes=5))
    sender.due()

    sender.run()

    assert sender.message(message).status is Status.SENT
    assert usage_at(sender.account(), sender.clock()).sent == 50


def test_a_refused_recipient_fails_and_the_others_are_sent(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda _s, recipient, _m: (
        verdict(ReplyClass.RECIPIENT, "550 5.1.1 no such user") if recipient.startswith("bad") else OK
    )
    [message] = sender.accept(a_draft(recipients=("good@example.com", "bad@example.com")))
    [hopeless] = sender.accept(a_draft(recipients=("bad@example.com",)))

    sender.run()

    assert sender.message(message).status is Status.SENT
    assert sender.message(message).recipients == {
        "good@example.com": RecipientStatus.SENT,
        "bad@example.com": RecipientStatus.FAILED,
    }
    assert sender.message(hopeless).status is Status.FAILED
    assert sender.message(hopeless).detail == "550 5.1.1 no such user"
    assert usage_at(sender.account(), sender.clock()).sent == 1


def test_a_recipient_that_is_busy_is_tried_again_alone(sender: FakeSender) -> None:
    with_account(sender)
    busy = {"busy@example.com"}
    sender.servers.answer = lambda _s, recipient, _m: (
        verdict(ReplyClass.BUSY, "451 4.7.1 greylisted") if recipient in busy else OK
    )
    [message] = sender.accept(a_draft(recipients=("good@example.com", "busy@example.com")))
    sender.run()
    assert sender.message(message).status is Status.DEFERRED
    assert sender.message(message).retries == 1

    busy.clear()
    sender.clock.advance(timedelta(minutes=2))
    sender.run([Ticket(TENANT, message.id)])

    assert sender.message(message).status is Status.SENT
    assert sender.servers.recipients == ["busy@example.com", "good@example.com"]


def test_retries_grow_longer_and_end_after_the_set_number(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.BUSY, "452 4.2.2 mailbox full")
    [message] = sender.accept(a_draft())
    pauses = []

    for _ in range(10):
        sender.run([Ticket(TENANT, message.id)])
        state = sender.message(message)
        if state.next_attempt_at is None:
            break
        pauses.append(state.next_attempt_at - sender.clock())
        sender.clock.now = state.next_attempt_at

    state = sender.message(message)
    assert state.status is Status.FAILED
    assert len(state.attempts) == 4
    assert len(pauses) == 3
    assert pauses == sorted(pauses)
    assert timedelta(seconds=48) <= pauses[0] <= timedelta(seconds=72)


@pytest.mark.parametrize(
    ("on_uncertain", "reason", "next_is_known"), [("resend", Reason.RETRY, True), ("hold", Reason.HELD, False)]
)
def test_what_may_have_been_taken_is_uncertain_and_follows_the_messages_wish(
    sender: FakeSender, on_uncertain: str, reason: Reason, *, next_is_known: bool
) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.UNCERTAIN, "Connection lost", Phase.FINAL_DOT)
    [message] = sender.accept(a_draft(on_uncertain=OnUncertain(on_uncertain)))

    sender.run()
    sender.run([Ticket(TENANT, message.id)])

    state = sender.message(message)
    assert state.status is Status.UNCERTAIN
    assert state.reason is reason
    assert (state.next_attempt_at is not None) is next_is_known
    assert len(sender.servers.accepted) == 1
    assert usage_at(sender.account(), sender.clock()).sent == 1


def test_recipients_beyond_what_a_server_takes_at_once_go_in_the_next_transaction(sender: FakeSender) -> None:
    with_account(sender)
    taken: list[str] = []

    def two_at_a_time(_server: Server, recipient: str, _mail: bytes) -> Verdict:
        taken.append(recipient)
        return OK if len(taken) % 3 else verdict(ReplyClass.QUOTA, "452 4.5.3 too many recipients")

    sender.servers.answer = two_at_a_time
    [message] = sender.accept(a_draft(recipients=tuple(f"r{n}@example.com" for n in range(3))))
    sender.run()
    first = sender.message(message)
    sender.clock.advance(timedelta(minutes=2))
    sender.run([Ticket(TENANT, message.id)])

    assert (first.status, first.retries) == (Status.DEFERRED, 0)
    assert sender.account().last_error is None
    assert sender.message(message).status is Status.SENT
    assert len(set(sender.servers.recipients)) == len(sender.servers.recipients) == 3


TOO_MANY = verdict(ReplyClass.QUOTA, "452 4.5.3 Error: too many recipients")
GREYLISTED = verdict(ReplyClass.BUSY, "451 4.7.1 Greylisted", Phase.FINAL_DOT)
SPAM = verdict(ReplyClass.POLICY, "554 5.7.1 Spam", Phase.FINAL_DOT)
UNKNOWN = verdict(ReplyClass.RECIPIENT, "550 5.1.1 no such user")


@pytest.mark.parametrize(
    ("to_the_first", "retries", "words"),
    [(GREYLISTED, 1, GREYLISTED.words), (SPAM, 0, TOO_MANY.words), (UNKNOWN, 0, TOO_MANY.words)],
)
def test_recipients_beyond_what_a_server_takes_are_no_quota_of_the_account_whatever_becomes_of_the_others(
    sender: FakeSender, to_the_first: Verdict, retries: int, words: str
) -> None:
    with_account(sender)
    sender.servers.answer = lambda _s, recipient, _m: to_the_first if recipient < "r2" else TOO_MANY
    [message] = sender.accept(a_draft(recipients=tuple(f"r{n}@example.com" for n in range(5))))

    sender.run()

    account, waiting = sender.account(), sender.message(message)
    assert (account.rest_until, account.learned_daily, account.last_error) == (None, None, None)
    assert (waiting.status, waiting.retries, waiting.detail) == (Status.DEFERRED, retries, words)
    assert sorted(waiting.pending)[-3:] == ["r2@example.com", "r3@example.com", "r4@example.com"]


def test_a_server_that_finds_even_one_recipient_too_many_has_a_quota_that_is_used_up(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: TOO_MANY
    [message] = sender.accept(a_draft())

    sender.run()

    assert not sender.account().can_send(sender.clock())
    assert (sender.message(message).status, sender.message(message).retries) == (Status.DEFERRED, 0)


@pytest.mark.parametrize("fault", [ReplyClass.INFRASTRUCTURE, ReplyClass.RATE, ReplyClass.QUOTA])
def test_a_fault_of_the_account_behind_too_many_recipients_is_still_taken_down(
    sender: FakeSender, fault: ReplyClass
) -> None:
    with_account(sender)
    met = verdict(fault, "its words", Phase.FINAL_DOT)
    answers = {"r0@example.com": UNKNOWN, "r1@example.com": met}
    sender.servers.answer = lambda _s, recipient, _m: answers.get(recipient, TOO_MANY)
    sender.accept(a_draft(recipients=tuple(f"r{n}@example.com" for n in range(5))))

    sender.run()

    error = sender.account().last_error
    assert error is not None
    assert (error.reply_class, error.words) == (fault, "its words")


def test_a_message_that_met_an_accounts_fault_says_until_when_the_account_rests(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.QUOTA, "550 5.4.5 limit", Phase.MAIL)
    [message] = sender.accept(a_draft())

    sender.run()

    waiting = sender.message(message)
    assert waiting.next_attempt_at == sender.account().rest_until
    assert waiting.reason is Reason.QUOTA
    assert "550 5.4.5" in waiting.detail
