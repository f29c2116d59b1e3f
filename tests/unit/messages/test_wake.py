from datetime import timedelta

from postroom.messages.model import Reason, Status
from postroom.messages.release import Release
from postroom.messages.wake import WakeWaiting
from tests.builders import a_draft, an_account
from tests.fakes.sending import TENANT, FakeSender


def woken(sender: FakeSender) -> WakeWaiting:
    return WakeWaiting(sender.messages, Release(sender.messages, sender.queues, sender.clock), sender.clock)


def test_what_waits_for_quota_goes_as_soon_as_there_is_some() -> None:
    sender = FakeSender()
    sender.add_account(an_account(min_wait_time=0, daily_limit=3))
    messages = sender.accept(*[a_draft() for _ in range(5)])
    sender.run()
    sender.accounts.remove(TENANT, "acc_1")
    sender.add_account(an_account(min_wait_time=0, daily_limit=30, revision=2))

    woken(sender)(TENANT)
    queued = [state for message in messages if (state := sender.message(message)).status is Status.QUEUED]
    sender.clock.advance(timedelta(milliseconds=10))
    sender.run()

    # What is on its way does not go on telling why it waited.
    assert {(state.reason, state.detail, state.next_attempt_at) for state in queued} == {(None, "", None)}
    assert {sender.message(message).status for message in messages} == {Status.SENT}


def test_what_waits_for_something_else_is_left_alone() -> None:
    sender = FakeSender()
    sender.add_account(an_account(min_wait_time=1.0))
    sender.accept(*[a_draft() for _ in range(5)])
    sender.run()
    sender.queues.take_all()

    woken(sender)(TENANT)

    assert sender.queues.sent == []
    assert {m.reason for m in sender.messages.all_of(TENANT) if m.status is Status.DEFERRED} == {Reason.PACE}


def test_another_tenants_messages_are_not_woken() -> None:
    sender = FakeSender()
    sender.accept(a_draft())
    sender.run()

    woken(sender)("ten_b")

    assert sender.queues.sent == []
