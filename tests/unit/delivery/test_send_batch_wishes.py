"""A batch with mails that go by what their recipients wish: that is asked once more before they are sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from postroom.accounts.usage_now import usage_at
from postroom.change import Change, Set
from postroom.errors import Unavailable
from postroom.messages.model import Attempt, Message, OnUncertain, Reason, RecipientStatus, Status
from postroom.messages.ports import Ticket
from postroom.messages.record import attempt_record
from tests.builders import a_draft
from tests.fakes.batch import drafts, with_account
from tests.fakes.sending import TENANT, FakeSender

ABOUT = "ann~evt_1"


@dataclass
class Wishes:
    """What is not wanted any more, by the id of a message; all that was asked about."""

    unwanted: Mapping[str, str] = field(default_factory=dict)
    is_down: bool = False
    asked: list[str] = field(default_factory=list)

    def __call__(self, tenant_id: str, messages: Sequence[Message]) -> Mapping[str, str]:
        assert {message.tenant_id for message in messages} == {tenant_id}
        self.asked += [message.id for message in messages]
        if self.is_down:
            raise Unavailable
        return self.unwanted


def test_what_is_not_wanted_any_more_is_not_sent_and_says_why(sender: FakeSender) -> None:
    with_account(sender)
    wanted, unwanted = sender.accept(*drafts(2, about=ABOUT))
    sender.still_wanted = Wishes({unwanted.id: "not at this time"})

    assert sender.run() == set()

    ended = sender.message(unwanted)
    assert (ended.status, ended.reason, ended.detail) == (Status.CANCELLED, Reason.WISHES, "not at this time")
    assert (ended.attempts, sender.message(wanted).status) == ((), Status.SENT)
    assert len(sender.servers.accepted) == 1
    assert usage_at(sender.account(), sender.clock()).sent == 1


def test_nobody_is_asked_about_other_messages(sender: FakeSender) -> None:
    with_account(sender)
    sender.still_wanted = wishes = Wishes()
    sender.accept(*drafts(3))

    sender.run()

    assert wishes.asked == []
    assert len(sender.servers.accepted) == 3


def test_what_cannot_be_asked_about_waits_and_the_others_are_sent(sender: FakeSender) -> None:
    with_account(sender)
    [other] = sender.accept(a_draft())
    asked = sender.accept(*drafts(2, about=ABOUT))
    sender.still_wanted = wishes = Wishes(is_down=True)

    left = sender.run()

    assert left == {Ticket(TENANT, message.id) for message in asked}
    assert [sender.message(message).status for message in (other, *asked)] == [Status.SENT, *[Status.QUEUED] * 2]
    wishes.is_down = False
    assert sender.run(sorted(left, key=lambda ticket: ticket.message_id)) == set()
    assert len(sender.servers.accepted) == 3


def test_it_is_asked_again_after_it_has_waited(sender: FakeSender) -> None:
    [message] = sender.accept(a_draft(about=ABOUT))
    sender.still_wanted = wishes = Wishes()
    sender.run()
    assert sender.message(message).status is Status.DEFERRED
    with_account(sender)
    wishes.unwanted = {message.id: "opted out"}
    sender.clock.now = sender.message(message).next_attempt_at or sender.clock.now

    sender.run([Ticket(TENANT, message.id)])

    assert wishes.asked == [message.id] * 2
    assert sender.message(message).status is Status.CANCELLED
    assert sender.servers.accepted == []


def test_what_somebody_has_is_not_called_back(sender: FakeSender) -> None:
    with_account(sender)
    [partly] = sender.accept(a_draft(about=ABOUT, recipients=("a@example.com", "b@example.com")))
    put(sender, partly, {"recipients": {"a@example.com": "sent", "b@example.com": "pending"}})
    sender.still_wanted = wishes = Wishes({partly.id: "opted out"})

    sender.run()

    assert wishes.asked == []
    assert sender.message(partly).status is Status.SENT
    assert set(sender.message(partly).recipients.values()) == {RecipientStatus.SENT}


@pytest.mark.parametrize("is_wanted", [True, False])
def test_what_the_server_may_have_goes_again_only_if_it_is_wanted(sender: FakeSender, *, is_wanted: bool) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft(about=ABOUT, on_uncertain=OnUncertain.RESEND))
    doubt = Attempt(sender.clock(), "acc_1", Status.UNCERTAIN, "final_dot", "Connection lost")
    put(sender, message, {"attempts": [attempt_record(doubt)]})
    sender.still_wanted = Wishes({} if is_wanted else {message.id: "opted out"})

    assert sender.run() == set()

    after = sender.message(message)
    assert (after.status, len(sender.servers.accepted)) == ((Status.SENT, 1) if is_wanted else (Status.UNCERTAIN, 0))
    if not is_wanted:
        told = "It is not known whether it was sent; it is not sent again; opted out"
        assert (after.reason, after.detail, after.next_attempt_at) == (Reason.HELD, told, None)
        assert set(after.recipients.values()) == {RecipientStatus.PENDING}


def test_who_was_faster_has_it(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft(about=ABOUT))

    def claimed_meanwhile(_: str, messages: Sequence[Message]) -> Mapping[str, str]:
        put(sender, message, {"status": "sending", "claim": "another"})
        return {one.id: "opted out" for one in messages}

    sender.still_wanted = claimed_meanwhile

    assert sender.run() == set()
    assert sender.message(message).status is Status.SENDING
    assert sender.servers.accepted == []


def put(sender: FakeSender, message: Message, values: Mapping[str, object]) -> None:
    steps = tuple(Set((name,), value) for name, value in values.items())  # type: ignore[arg-type]
    sender.messages.change(TENANT, message.id, Change(steps))
