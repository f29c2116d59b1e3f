"""Messages that say a template and what it is filled with, in place of a subject and bodies."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.delivery.smtp.secrecy import MASK
from postroom.errors import Invalid, Unsendable
from postroom.ids import Seed
from postroom.messages.draft import Draft
from postroom.messages.model import Mailbox, Message, Reason, RecipientStatus, Status
from postroom.messages.resend import ResendMessage
from postroom.templates.model import Filling, Reference, Rendered, Source, Wanted
from postroom.templates.workshop import Waits
from tests.builders import a_content, a_draft
from tests.fakes.batch import with_account
from tests.fakes.mails import PlainSealer
from tests.fakes.sending import OK, TENANT, FakeSender
from tests.fakes.time import NOON

BUSY = Verdict(ReplyClass.BUSY, Phase.RCPT, "450 4.2.0 Come back later")
WELCOME = Source("Welcome, {name}", "<p>Hello, {name}</p>", "Hello, {name}")


@pytest.fixture
def sender() -> FakeSender:
    sender = FakeSender()
    sender.templates.sources["welcome"] = WELCOME
    return sender


def a_welcome(**data: Any) -> Draft:  # noqa: ANN401 - JSON
    content = a_content(subject="", text=None, to=(Mailbox("ann@example.com"),), filling=Filling(data))
    return a_draft(content=content, template=Wanted("welcome"))


def test_a_template_is_filled_in_when_its_message_is_sent(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_welcome(name="Ann"))

    sender.run()

    [(_, _, mail)] = sender.servers.accepted
    assert b"Subject: Welcome, Ann\r\n" in mail
    assert b"<p>Hello, Ann</p>" in mail
    assert sender.message(message).subject == "Welcome, Ann"


def test_until_then_a_message_shows_its_template_with_the_version_and_the_subject_as_it_is_written(
    sender: FakeSender,
) -> None:
    [message] = sender.accept(a_welcome(name="Ann"))

    found = sender.message(message)
    assert found.subject == "Welcome, {name}"
    assert found.template == Reference("welcome", "tpl_1", 3)


def test_a_variable_that_is_missing_fails_its_message_by_name_and_no_other(sender: FakeSender) -> None:
    with_account(sender)
    good, bad, also_good = sender.accept(a_welcome(name="Ann"), a_welcome(), a_welcome(name="Bob"))

    given_back = sender.run()

    assert given_back == set()
    assert [sender.message(one).status for one in (good, bad, also_good)] == [Status.SENT, Status.FAILED, Status.SENT]
    assert "'name' is missing" in sender.message(bad).detail
    assert sender.account().counter.reservations == {}


def test_why_a_message_cannot_be_sent_is_said_without_what_was_sealed_in_it(sender: FakeSender) -> None:
    token = "A1b2C3d4" * 5
    sealed = PlainSealer().seal(json.dumps({"link": f"https://app.example.com?token={token}"}))
    content = a_content(subject="", text=None, to=(Mailbox("ann@example.com"),), filling=Filling({}, sealed))

    def quoting(_tenant_id: str, _reference: Reference, filling: Filling) -> Rendered:
        raise Unsendable(f"There is nothing called {filling.data['link']}")

    sender.templates.fill_in = quoting  # type: ignore[assignment,method-assign]
    sender.send_batch = sender.another_process()
    with_account(sender)
    [message] = sender.accept(a_draft(content=content, template=Wanted("welcome")))

    sender.run()

    assert sender.message(message).detail == f"There is nothing called https://app.example.com?token={MASK}"
    assert token not in repr(sender.message(message))


@pytest.mark.parametrize(("template_id", "shown"), [(None, "Welcome, Ann"), ("tpl_1", "Welcome, {name}")])
def test_the_subject_of_a_mail_with_a_link_is_shown_filled_in_when_its_template_is_ours(
    sender: FakeSender, template_id: str | None, shown: str
) -> None:
    sealed = PlainSealer().seal(json.dumps({"link": "https://app.example.com?token=A1b2C3d4A1b2C3d4"}))
    content = a_content(
        subject="", text=None, to=(Mailbox("ann@example.com"),), filling=Filling({"name": "Ann"}, sealed)
    )
    with_account(sender)
    sender.templates.template_id = template_id
    [message] = sender.accept(a_draft(content=content, template=Wanted("welcome")))

    sender.run()

    assert sender.message(message).status is Status.SENT
    assert sender.message(message).subject == shown


def test_a_template_that_cannot_be_read_now_leaves_its_message_for_later(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_welcome(name="Ann"))
    sender.templates.down = True

    given_back = sender.run()

    assert len(given_back) == 1
    assert sender.message(message).status is Status.QUEUED
    sender.templates.down = False
    sender.run(list(given_back))
    assert sender.message(message).status is Status.SENT


def test_a_template_that_waits_for_others_puts_its_message_off_by_itself(sender: FakeSender) -> None:
    with_account(sender)
    message, neighbour = sender.accept(a_welcome(name="Ann"), a_draft())
    fill_in = sender.templates.fill_in

    def waits(_tenant_id: str, _reference: Reference, _filling: Filling) -> Rendered:
        raise Waits

    sender.templates.fill_in = waits  # type: ignore[assignment,method-assign]
    sender.send_batch = sender.another_process()

    for _ in range(20):
        assert sender.run() == set()
        found = sender.message(message)
        assert (found.status, found.reason) == (Status.DEFERRED, Reason.RETRY)
        assert found.detail == Waits.title
        assert found.next_attempt_at == sender.clock() + timedelta(seconds=30)
        assert found.retries == 0
        assert sender.account().counter.reservations == {}
        sender.clock.advance(timedelta(minutes=1))
        sender.due()

    assert sender.message(neighbour).status is Status.SENT
    sender.templates.fill_in = fill_in  # type: ignore[method-assign]
    sender.send_batch = sender.another_process()
    sender.run()
    assert sender.message(message).status is Status.SENT


def test_what_is_tried_again_is_filled_in_again(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_welcome(name="Ann"))
    sender.servers.answer = lambda _server, _recipient, _mail: BUSY
    sender.run()
    sender.servers.answer = lambda _server, _recipient, _mail: OK
    sender.clock.advance(timedelta(hours=1))
    sender.due()

    sender.run()

    assert sender.message(message).status is Status.SENT
    assert len(sender.servers.accepted) == 1


def filled_in_no_more(sender: FakeSender, message: Message) -> Message:
    """After a second try, in which its template can no longer be filled in."""
    fill_in = sender.templates.fill_in

    def too_slow(_tenant_id: str, _reference: Reference, _filling: Filling) -> Rendered:
        raise Unsendable("It takes too long")

    sender.templates.fill_in = too_slow  # type: ignore[assignment,method-assign]
    sender.send_batch = sender.another_process()
    sender.clock.advance(timedelta(hours=1))
    sender.due()
    sender.run()
    sender.templates.fill_in = fill_in  # type: ignore[method-assign]
    sender.send_batch = sender.another_process()
    return sender.message(message)


def test_what_has_reached_somebody_is_sent_also_when_it_is_filled_in_no_more(sender: FakeSender) -> None:
    with_account(sender)
    both = ("ann@example.com", "bob@example.com")
    [message] = sender.accept(replace(a_welcome(name="Ann"), recipients=both))
    sender.servers.answer = lambda _server, recipient, _mail: OK if recipient == "ann@example.com" else BUSY
    sender.run()

    found = filled_in_no_more(sender, message)

    assert (found.status, found.reason) == (Status.SENT, Reason.REFUSED)
    assert found.recipients == dict(zip(both, (RecipientStatus.SENT, RecipientStatus.FAILED), strict=True))
    assert found.detail == "It could not be sent to everybody; It takes too long"


def test_what_may_have_been_sent_is_held_when_it_is_filled_in_no_more_and_goes_again_by_hand(
    sender: FakeSender,
) -> None:
    with_account(sender)
    [message] = sender.accept(a_welcome(name="Ann"))
    sender.servers.answer = lambda *_: Verdict(ReplyClass.UNCERTAIN, Phase.FINAL_DOT, "Connection lost")
    sender.run()
    sender.servers.answer = lambda *_: OK

    found = filled_in_no_more(sender, message)

    assert (found.status, found.reason) == (Status.UNCERTAIN, Reason.HELD)
    assert found.detail == "It is not known whether it was sent; it could not be sent again; It takes too long"
    ResendMessage(sender.messages, sender.queues, sender.clock)(TENANT, message.id)
    sender.run()
    assert sender.message(message).status is Status.SENT


def test_a_template_that_is_not_there_is_refused_beside_what_else_is_wrong(sender: FakeSender) -> None:
    draft = a_draft(content=a_content(filling=Filling()), template=Wanted("unknown"), account_id="acc_9")

    [result] = sender.acceptor()(TENANT, [draft], Seed.fresh(NOON))

    assert isinstance(result, Invalid)
    assert {error.field for error in result.errors} == {"template", "account_id"}


def test_a_repeated_request_keeps_the_version_that_it_was_accepted_with(sender: FakeSender) -> None:
    seed = Seed.fresh(NOON)
    sender.acceptor()(TENANT, [a_welcome(name="Ann")], seed)
    del sender.templates.sources["welcome"]

    [again] = sender.acceptor()(TENANT, [a_welcome(name="Ann")], seed)

    assert not isinstance(again, Exception)
    assert again.template == Reference("welcome", "tpl_1", 3)
