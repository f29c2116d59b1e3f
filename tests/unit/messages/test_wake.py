from datetime import timedelta

import pytest

from postroom.accounts.model import AccountStatus
from postroom.change import Change, Set
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.messages import wake
from postroom.messages.model import Message, Reason, Status
from tests.builders import a_draft, an_account
from tests.fakes.sending import TENANT, FakeSender
from tests.fakes.time import NOON


def test_what_waits_for_quota_goes_as_soon_as_there_is_some() -> None:
    sender = FakeSender()
    sender.add_account(an_account(min_wait_time=0, daily_limit=3))
    messages = sender.accept(*[a_draft() for _ in range(5)])
    sender.run()
    sender.accounts.remove(TENANT, "acc_1")
    sender.add_account(an_account(min_wait_time=0, daily_limit=30, revision=2))

    sender.wake(TENANT)
    queued = [state for message in messages if (state := sender.message(message)).status is Status.QUEUED]
    sender.clock.advance(timedelta(milliseconds=10))
    sender.run()

    # What is on its way does not go on telling why it waited.
    assert {(state.reason, state.detail, state.next_attempt_at) for state in queued} == {(None, "", None)}
    assert {sender.message(message).status for message in messages} == {Status.SENT}


def test_what_has_an_appointment_soon_is_left_alone() -> None:
    sender = FakeSender()
    sender.add_account(an_account(min_wait_time=1.0))
    sender.accept(*[a_draft() for _ in range(5)])
    sender.run()
    sender.queues.take_all()

    sender.wake(TENANT)

    assert sender.queues.sent == []
    assert {m.reason for m in sender.messages.all_of(TENANT) if m.status is Status.DEFERRED} == {Reason.PACE}


def test_another_tenants_messages_are_not_woken() -> None:
    sender = FakeSender()
    sender.accept(a_draft())
    sender.run()

    sender.wake("ten_b")

    assert sender.queues.sent == []


def with_appointments(count: int) -> tuple[FakeSender, list[Message]]:
    """One mail was sent, the others have appointments with the same account, an hour apart."""
    sender = FakeSender()
    sender.add_account(an_account(email="slow@example.com", min_wait_time=3600, daily_limit=100))
    messages = sender.accept(*[a_draft() for _ in range(count + 1)])
    sender.run()
    sender.queues.take_all()
    return sender, messages


def waiting(sender: FakeSender) -> list[Message]:
    return [message for message in sender.messages.all_of(TENANT) if message.status is Status.DEFERRED]


def test_an_appointment_does_not_hold_a_mail_when_another_account_is_free() -> None:
    sender, messages = with_appointments(3)
    sender.add_account(an_account(id="acc_2", email="free@example.com", min_wait_time=0))

    sender.wake(TENANT, "acc_2")
    sender.clock.advance(timedelta(seconds=2))
    sender.run()

    assert {sender.message(message).status for message in messages} == {Status.SENT}


@pytest.mark.parametrize("status", [AccountStatus.INACTIVE, AccountStatus.ERROR])
def test_what_had_an_appointment_with_an_account_that_stands_says_so(status: AccountStatus) -> None:
    sender, _ = with_appointments(3)
    sender.accounts.change(TENANT, "acc_1", Change((Set(("status",), str(status)),)))

    sender.wake(TENANT, "acc_1")
    sender.clock.advance(timedelta(seconds=2))
    sender.run()

    assert {message.reason for message in waiting(sender)} == {Reason.ACCOUNT}


def test_what_would_expire_before_its_appointment_is_looked_at_again() -> None:
    sender, _ = with_appointments(1)
    [hasty] = sender.accept(a_draft(expires_at=sender.clock() + timedelta(minutes=30)))
    sender.run()
    assert sender.message(hasty).next_attempt_at is None
    sender.add_account(an_account(id="acc_2", email="free@example.com", min_wait_time=0))

    sender.wake(TENANT, "acc_2")
    sender.clock.advance(timedelta(seconds=2))
    sender.run()

    assert sender.message(hasty).status is Status.SENT


def test_who_is_woken_does_not_book_behind_the_own_old_appointment() -> None:
    sender, _ = with_appointments(5)
    before = sorted(message.next_attempt_at or NOON for message in waiting(sender))

    sender.wake(TENANT)
    sender.clock.advance(timedelta(seconds=2))
    sender.run()

    again = sorted(message.next_attempt_at or NOON for message in waiting(sender))
    assert all(abs(one - other) < timedelta(seconds=5) for one, other in zip(before, again, strict=True))


def test_a_day_that_ends_leaves_appointments_as_they_are() -> None:
    sender, _ = with_appointments(3)

    sender.wake(TENANT, paced=False)

    assert sender.queues.sent == []


def test_mails_that_name_another_account_do_not_hide_those_that_wait_for_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wake, "_AT_MOST", 4)
    monkeypatch.setattr(wake, "_PAGE", 3)
    sender = FakeSender()
    for account_id in ("acc_1", "acc_2"):
        sender.add_account(an_account(id=account_id, email=f"{account_id}@example.com", daily_limit=0))
    sender.accept(*[a_draft(account_id="acc_1") for _ in range(10)])
    wanted = sender.accept(*[a_draft(account_id="acc_2") for _ in range(2)])
    sender.run()
    sender.clock.advance(timedelta(seconds=1))

    sender.wake(TENANT, "acc_2")

    assert {ticket.message_id for ticket in sender.queues.take_all()} == {message.id for message in wanted}


def test_a_log_in_that_is_refused_lets_the_others_go_by_another_account() -> None:
    sender, messages = with_appointments(3)
    sender.add_account(an_account(id="acc_2", email="free@example.com", min_wait_time=0, smtp_host="free.example.com"))
    refused = Verdict(ReplyClass.AUTH, Phase.AUTH, "535 5.7.8 no")
    sender.servers.refuse_session = lambda server: refused if server.host != "free.example.com" else None
    sender.clock.advance(timedelta(hours=1))
    sender.due()

    sender.another_process()(sender.queues.take_all(), Deadline.after(55))
    sender.clock.advance(timedelta(seconds=2))
    sender.run()

    assert {sender.message(message).status for message in messages} == {Status.SENT}
