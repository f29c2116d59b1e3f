from datetime import timedelta

import pytest

from postroom.accounts.reserve import Unbook
from postroom.errors import Conflict, NotFound
from postroom.messages.cancel import CancelMessage
from postroom.messages.model import Message, Priority, Status
from tests.builders import a_draft, an_account
from tests.fakes.sending import TENANT, FakeSender
from tests.fakes.time import NOON


def cancel(sender: FakeSender) -> CancelMessage:
    return CancelMessage(sender.messages, Unbook(sender.accounts, sender.clock))


def test_what_waits_is_taken_back_and_never_sent() -> None:
    sender = FakeSender()
    sender.add_account(an_account())
    [queued, scheduled] = sender.accept(a_draft(), a_draft(send_at=NOON + timedelta(days=1)))

    for message in (queued, scheduled):
        assert cancel(sender)(TENANT, message.id).status is Status.CANCELLED
    sender.run()

    assert sender.servers.accepted == []


def test_cancelling_twice_is_the_same_as_once() -> None:
    sender = FakeSender()
    [message] = sender.accept(a_draft())

    assert cancel(sender)(TENANT, message.id) == cancel(sender)(TENANT, message.id)


@pytest.mark.parametrize("why", ["", "A newer one took its place"])
def test_what_is_cancelled_says_why_and_no_longer_why_it_waited(why: str) -> None:
    sender = FakeSender()
    [message] = sender.accept(a_draft(send_at=NOON + timedelta(days=1)))

    cancelled = cancel(sender)(TENANT, message.id, why)

    assert (cancelled.detail, cancelled.reason, cancelled.next_attempt_at) == (why, None, None)


def test_what_is_sent_cannot_be_taken_back() -> None:
    sender = FakeSender()
    sender.add_account(an_account())
    [message] = sender.accept(a_draft())
    sender.run()

    with pytest.raises(Conflict, match="sent"):
        cancel(sender)(TENANT, message.id)

    assert sender.message(message).status is Status.SENT


def test_another_tenant_cannot_tell_it_from_none() -> None:
    sender = FakeSender()
    [message] = sender.accept(a_draft())

    for tenant_id, message_id in ((TENANT, "msg_none"), ("ten_b", message.id)):
        with pytest.raises(NotFound) as error:
            cancel(sender)(tenant_id, message_id)
        assert error.value.detail == NotFound().detail
    assert sender.message(message).status is Status.QUEUED


@pytest.mark.parametrize("priority", [Priority.NORMAL, Priority.HIGH])
def test_the_appointments_of_cancelled_messages_are_given_to_others(priority: Priority) -> None:
    sender = FakeSender()
    sender.add_account(an_account(min_wait_time=20.0, daily_limit=100))
    messages = sender.accept(*[a_draft(priority=priority) for _ in range(30)])
    sender.run()
    for message in sorted((sender.message(one) for one in messages), key=_latest_first):
        if message.status is Status.DEFERRED:
            cancel(sender)(TENANT, message.id)
    sender.queues.take_all()

    [later] = sender.accept(a_draft(priority=priority))
    sender.run()

    due = sender.message(later).next_attempt_at
    assert due is not None
    assert due - NOON <= timedelta(seconds=40)


def _latest_first(message: Message) -> float:
    return -message.next_attempt_at.timestamp() if message.next_attempt_at else 0.0


@pytest.mark.parametrize("which", [0, 1])
def test_who_is_cancelled_before_others_takes_none_of_the_slots_that_are_kept_for_them(which: int) -> None:
    sender = FakeSender()
    sender.add_account(an_account(min_wait_time=60.0, daily_limit=1000))
    messages = sender.accept(*[a_draft(priority=Priority.HIGH) for _ in range(4)])
    sender.run()
    waiting = sorted(
        (one for one in map(sender.message, messages) if one.status is Status.DEFERRED), key=_latest_first, reverse=True
    )
    kept = sender.account().counter.urgent_ms

    cancel(sender)(TENANT, waiting[which].id)

    assert sender.account().counter.urgent_ms == kept > 0


def test_slots_that_were_kept_for_cancelled_messages_hold_up_nobody_for_long() -> None:
    sender = FakeSender()
    sender.add_account(an_account(min_wait_time=60.0, daily_limit=1000))
    messages = sender.accept(*[a_draft(priority=Priority.HIGH) for _ in range(100)])
    sender.run()
    for message in messages:
        if sender.message(message).status is Status.DEFERRED:
            cancel(sender)(TENANT, message.id)
    sender.queues.take_all()

    [later] = sender.accept(a_draft())
    sender.run()
    sender.clock.advance(timedelta(minutes=3))
    sender.due()
    sender.run()

    assert sender.message(later).status is Status.SENT
