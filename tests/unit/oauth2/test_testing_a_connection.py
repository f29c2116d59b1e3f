"""What an owner is told who tests a connection for which there is no access token."""

from collections.abc import Callable

import pytest

from postroom.accounts.model import Account, ConnectionType
from postroom.delivery.deadline import Deadline
from postroom.delivery.smtp.watch import Step
from postroom.probe.model import Cause, Report
from tests.fakes.oauth2 import ANN, OAuth2World, with_host
from tests.fakes.probing import Owner
from tests.faults.authorization_server import Answer

Given = Callable[[OAuth2World], Account]


def never_authorized(world: OAuth2World) -> Account:
    return world.add()


def taken_back(world: OAuth2World) -> Account:
    account = world.authorized()
    world.server.revoke(ANN)
    world.pass_time(hours=2)
    return account


def forgotten(world: OAuth2World) -> Account:
    account = world.authorized()
    world.grants.forget(account.tenant_id, account.id)
    return account


def in_trouble(world: OAuth2World) -> Account:
    account = world.authorized()
    world.pass_time(hours=2)
    world.server.on_token(Answer(503))
    return account


def unknown_to_its_provider(world: OAuth2World) -> Account:
    account = world.authorized()
    world.pass_time(hours=2)
    world.server.on_token(Answer(401, "invalid_client"))
    return account


def at_another_host(world: OAuth2World) -> Account:
    return with_host(world.authorized(), "mail.example.com")


def of_another_provider(world: OAuth2World) -> Account:
    return world.add(connection_type=ConnectionType.SMTP)


@pytest.mark.parametrize(
    ("given", "cause", "remedy"),
    [
        (never_authorized, Cause.CONSENT_MISSING, "oauth2/authorize"),
        (taken_back, Cause.CONSENT_MISSING, "oauth2/authorize"),
        (forgotten, Cause.CONSENT_MISSING, "oauth2/authorize"),
        (in_trouble, Cause.TOKEN_UNAVAILABLE, "test again"),
        (unknown_to_its_provider, Cause.TOKEN_UNAVAILABLE, "client id and secret"),
        (at_another_host, Cause.SERVER_WITHOUT_OAUTH2, "smtp_host"),
        (of_another_provider, Cause.SERVER_WITHOUT_OAUTH2, "connection_type"),
    ],
)
def test_why_there_is_no_token_is_told_without_asking_the_mail_server(
    world: OAuth2World, given: Given, cause: Cause, remedy: str
) -> None:
    report = report_of(world, given(world))

    [fault] = [step for step in report.steps if step.ok is not None]
    assert fault.advice is not None
    assert (fault.step, fault.ok, fault.advice.cause) == (Step.AUTH, False, cause)
    assert remedy in report.message


def report_of(world: OAuth2World, account: Account) -> Report:
    owner = Owner()
    owner.credentials = world.another_process()
    owner.store.add(account)
    return owner.tries()(account, Deadline.after(20))
