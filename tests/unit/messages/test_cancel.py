from datetime import timedelta

import pytest

from postroom.errors import Conflict, NotFound
from postroom.messages.cancel import CancelMessage
from postroom.messages.model import Status
from tests.builders import a_draft, an_account
from tests.fakes.sending import TENANT, FakeSender
from tests.fakes.time import NOON


def test_what_waits_is_taken_back_and_never_sent() -> None:
    sender = FakeSender()
    sender.add_account(an_account())
    [queued, scheduled] = sender.accept(a_draft(), a_draft(send_at=NOON + timedelta(days=1)))

    for message in (queued, scheduled):
        assert CancelMessage(sender.messages)(TENANT, message.id).status is Status.CANCELLED
    sender.run()

    assert sender.servers.accepted == []


def test_cancelling_twice_is_the_same_as_once() -> None:
    sender = FakeSender()
    [message] = sender.accept(a_draft())
    cancel = CancelMessage(sender.messages)

    assert cancel(TENANT, message.id) == cancel(TENANT, message.id)


def test_what_is_sent_cannot_be_taken_back() -> None:
    sender = FakeSender()
    sender.add_account(an_account())
    [message] = sender.accept(a_draft())
    sender.run()

    with pytest.raises(Conflict, match="sent"):
        CancelMessage(sender.messages)(TENANT, message.id)

    assert sender.message(message).status is Status.SENT


def test_another_tenant_cannot_tell_it_from_none() -> None:
    sender = FakeSender()
    [message] = sender.accept(a_draft())

    for tenant_id, message_id in ((TENANT, "msg_none"), ("ten_b", message.id)):
        with pytest.raises(NotFound) as error:
            CancelMessage(sender.messages)(tenant_id, message_id)
        assert error.value.detail == NotFound().detail
    assert sender.message(message).status is Status.QUEUED
