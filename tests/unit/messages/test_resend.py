from datetime import timedelta

import pytest

from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.errors import Conflict, NotFound
from postroom.messages.model import Message, OnUncertain, Status
from postroom.messages.resend import ResendMessage
from tests.builders import a_draft, an_account
from tests.fakes.sending import OK, TENANT, FakeSender


def held(sender: FakeSender) -> Message:
    sender.add_account(an_account(min_wait_time=0))
    sender.servers.answer = lambda *_: Verdict(ReplyClass.UNCERTAIN, Phase.FINAL_DOT, "Connection lost")
    [message] = sender.accept(a_draft(on_uncertain=OnUncertain.HOLD))
    sender.run()
    sender.servers.answer = lambda *_: OK
    return message


def test_what_is_held_goes_again_when_somebody_says_so() -> None:
    sender = FakeSender()
    message = held(sender)
    first = sender.message(message)
    assert first.status is Status.UNCERTAIN

    ResendMessage(sender.messages, sender.queues, sender.clock)(TENANT, message.id)
    sender.run()

    again = sender.message(message)
    assert again.status is Status.SENT
    assert again.message_id == first.message_id
    assert [attempt.outcome for attempt in again.attempts] == ["uncertain", "accepted"]


def test_it_goes_once_for_each_decision() -> None:
    sender = FakeSender()
    message = held(sender)
    resend = ResendMessage(sender.messages, sender.queues, sender.clock)

    resend(TENANT, message.id)
    with pytest.raises(Conflict):
        resend(TENANT, message.id)

    assert len(sender.queues.sent) == 1


def test_what_is_not_in_doubt_is_not_sent_again() -> None:
    sender = FakeSender()
    sender.add_account(an_account())
    [message] = sender.accept(a_draft())
    sender.run()

    with pytest.raises(Conflict, match="sent"):
        ResendMessage(sender.messages, sender.queues, sender.clock)(TENANT, message.id)

    assert sender.queues.sent == []


def test_what_has_expired_is_not_sent_again() -> None:
    sender = FakeSender()
    message = held(sender)
    sender.clock.advance(timedelta(days=4))

    with pytest.raises(Conflict, match="expired"):
        ResendMessage(sender.messages, sender.queues, sender.clock)(TENANT, message.id)


def test_another_tenant_cannot_resend_it() -> None:
    sender = FakeSender()
    message = held(sender)

    with pytest.raises(NotFound):
        ResendMessage(sender.messages, sender.queues, sender.clock)("ten_b", message.id)
