"""Mails of accounts that go by OAuth2: a whole sender, a real SMTP session, a real authorization server."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from postroom.accounts.model import AccountStatus, CredentialKind, EventKind
from postroom.delivery.credentials import ByKind
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Server
from postroom.delivery.smtp.open_session import OpenSession
from postroom.delivery.smtp.session import Session
from postroom.delivery.stored_passwords import StoredPasswords
from postroom.messages.model import Message, Reason, Status
from postroom.paging import PageRequest
from tests.builders import a_draft
from tests.fakes.oauth2 import ANN, TENANT, OAuth2World
from tests.fakes.sending import FakeSender
from tests.faults.authorization_server import Answer, AuthorizationServer
from tests.faults.smtp_server import SmtpServer

BOB = "bob@example.com"


@pytest.fixture
def smtp(server: AuthorizationServer) -> Iterator[SmtpServer]:
    with SmtpServer(users={ANN: "nothing", BOB: "secret"}, mechanisms="PLAIN XOAUTH2", pipelining=True) as running:
        server.watch(lambda mailbox, tokens: running.change_password(mailbox, *tokens))
        yield running


@pytest.fixture
def sender(world: OAuth2World, smtp: SmtpServer) -> Iterator[FakeSender]:
    opened: list[Session] = []

    def open_here(server: Server, deadline: Deadline) -> Session:
        opened.append(OpenSession(allow_private=True, hello="client.test")(server, deadline))
        return opened[-1]

    sender = FakeSender(clock=world.clock, accounts=world.accounts, tenant=TENANT, open_session=open_here)
    sender.credentials = ByKind(StoredPasswords(sender.passwords), world.another_process())
    sender.send_batch = sender.another_process()
    world.authorized(smtp_port=smtp.port, smtp_use_tls=False, min_wait_time=0.0, daily_limit=1000)
    yield sender
    for session in opened:
        session.close()


def with_a_password_account(sender: FakeSender, world: OAuth2World, smtp: SmtpServer) -> None:
    world.add(
        id="acc_2",
        email=BOB,
        smtp_username=BOB,
        smtp_port=smtp.port,
        smtp_use_tls=False,
        min_wait_time=0.0,
        daily_limit=1000,
        credential=CredentialKind.PASSWORD,
        status=AccountStatus.ACTIVE,
        secret_version=sender.passwords.store(TENANT, "acc_2", "secret"),
    )


def sent(sender: FakeSender, count: int) -> list[Message]:
    messages = sender.accept(*(a_draft() for _ in range(count)))
    sender.run()
    return [sender.message(message) for message in messages]


def statuses(messages: list[Message]) -> set[Status]:
    return {message.status for message in messages}


def test_mails_go_out_with_an_access_token(sender: FakeSender, smtp: SmtpServer) -> None:
    messages = sent(sender, 5)

    assert statuses(messages) == {Status.SENT}
    assert {mail.username for mail in smtp.mails} == {ANN}
    assert not sender.account().is_on_trial


def test_a_token_that_ended_is_renewed_and_the_mail_goes_out(
    sender: FakeSender, server: AuthorizationServer, world: OAuth2World
) -> None:
    world.pass_time(hours=2)
    server.expire(ANN)

    messages = sent(sender, 3)

    assert statuses(messages) == {Status.SENT}
    assert server.refreshes == 1


def test_a_token_that_dies_earlier_than_was_said_costs_one_refused_log_in_and_no_mail(
    sender: FakeSender, server: AuthorizationServer, smtp: SmtpServer
) -> None:
    server.expire(ANN)

    messages = sent(sender, 3)

    assert statuses(messages) == {Status.SENT}
    assert (server.refreshes, smtp.refused_logins) == (1, 1)
    assert sender.account().config.status is AccountStatus.ACTIVE
    assert sender.account().last_error is None


def test_a_mailbox_that_takes_no_token_at_all_stops_after_one_more_try(
    sender: FakeSender, server: AuthorizationServer, smtp: SmtpServer
) -> None:
    # As when SMTP AUTH is switched off for it, or the consent was somebody else's.
    server._watchers.clear()
    smtp.change_password(ANN, "none of them")

    messages = sent(sender, 20)

    assert statuses(messages) == {Status.DEFERRED}
    assert (server.refreshes, smtp.refused_logins) == (1, 2)
    assert sender.account().config.status is AccountStatus.ERROR


def test_a_consent_that_was_taken_back_stops_the_account_tells_its_owner_and_moves_its_mails(
    sender: FakeSender, server: AuthorizationServer, world: OAuth2World, smtp: SmtpServer
) -> None:
    with_a_password_account(sender, world, smtp)
    server.revoke(ANN)
    world.pass_time(hours=2)

    messages = sent(sender, 20)

    assert statuses(messages) == {Status.SENT}
    assert {mail.username for mail in smtp.mails} == {BOB}
    assert sender.account().config.status is AccountStatus.ERROR
    events = world.accounts.events(TENANT, "acc_1", PageRequest(newest_first=True)).items
    assert events[0].kind is EventKind.STOPPED
    assert "Authorize the account again" in events[0].detail
    assert server.refreshes == 1


def test_the_mails_of_a_stopped_account_wait_and_go_out_after_a_new_consent(
    sender: FakeSender, server: AuthorizationServer, world: OAuth2World
) -> None:
    server.revoke(ANN)
    world.pass_time(hours=2)
    waiting = sent(sender, 2)

    world.connect(server.consent(world.ask().url))
    world.pass_time(hours=1)
    sender.due()
    sender.run()

    assert statuses(waiting) == {Status.DEFERRED}
    assert {message.reason for message in waiting} == {Reason.ACCOUNT}
    assert statuses([sender.message(message) for message in waiting]) == {Status.SENT}


def test_a_provider_in_trouble_lets_mails_wait_and_takes_nothing_from_them(
    sender: FakeSender, server: AuthorizationServer, world: OAuth2World
) -> None:
    world.pass_time(hours=2)
    server.on_token(Answer(503))

    waiting = sent(sender, 2)
    status = sender.account().config.status
    world.clock.advance(timedelta(minutes=40))
    sender.due()
    sender.run()

    assert statuses(waiting) == {Status.DEFERRED}
    assert {message.retries for message in waiting} == {0}
    assert status is AccountStatus.ACTIVE
    assert statuses([sender.message(message) for message in waiting]) == {Status.SENT}


def test_no_token_is_in_what_a_message_tells_of_its_attempts(
    sender: FakeSender, server: AuthorizationServer, smtp: SmtpServer
) -> None:
    server._watchers.clear()
    smtp.change_password(ANN, "none of them")
    failed = sent(sender, 3)
    server.watch(lambda mailbox, tokens: smtp.change_password(mailbox, *tokens))
    told = repr(failed) + repr(sender.account()) + repr(sender.messages) + repr(sender.accounts.rows.all())

    assert failed[0].attempts or failed[0].detail
    assert not [secret for secret in server.issued if secret in told]
