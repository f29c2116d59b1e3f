"""A password that is wrong while much waits, and one that changes while much is sent."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.experiments.queues import is_empty, put_tickets, wait_until
from tests.experiments.tenancy import ANSWER_SECONDS, Tenant, a_tenant, parcels_of
from tests.faults.bare_aws import BareAws
from tests.faults.checker import Findings, compare, rows_of
from tests.faults.killing import Senders
from tests.faults.naive_sender import naive_settings
from tests.faults.smtp_server import Late, SmtpServer

USERNAME, PASSWORD = "sales", "the-password-of-now"
MANY_SENDERS = 20
_SENDERS = 4
_NEXT_PASSWORD = "the-password-after-that"
_LOGIN_SECONDS = 1.0
_HIDDEN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Refused:
    """``logins``: how often the wrong password was tried; ``findings`` are from before it was mended."""

    logins: int
    account_status: str
    findings: Findings
    after_mending: Findings


def send_with_a_wrong_password(aws: BareAws, messages: int, seed: int, directory: Path) -> Refused:
    queue = aws.queue(_HIDDEN_SECONDS)
    settings = aws.settings(queue)
    with SmtpServer(users={USERNAME: PASSWORD}) as server, aws.here(settings):
        tenant = a_tenant()
        login = {"smtp_username": USERNAME, "smtp_password": "something-else"}
        account_id = tenant.add_account(server.port, **login)
        parcels = tenant.accept(messages)
        sqs, dynamodb = aws.client("sqs"), aws.client("dynamodb")
        with Senders(settings, count=_SENDERS, seed=seed, log=directory / "senders.log"):
            wait_until(lambda: is_empty(sqs, queue), seconds=60 + messages / 20)
            logins = server.verbs().count("AUTH")
            status = str(tenant.call("GET", f"/v1/accounts/{account_id}", None, 200)["status"])
            before = compare(parcels, parcels_of(server.mails), rows_of(dynamodb, "messages", tenant.id))
            mended = {"smtp_password": PASSWORD, "status": "active"}
            tenant.call("PUT", f"/v1/accounts/{account_id}", mended, 200)
            wait_until(lambda: len(server.mails) >= messages and is_empty(sqs, queue), seconds=60 + messages / 20)
        after = compare(parcels, parcels_of(server.mails), rows_of(dynamodb, "messages", tenant.id))
        return Refused(logins, status, before, after)


def revoke_a_proven_password(aws: BareAws, messages: int, seed: int, directory: Path) -> Refused:
    """The provider revokes the password of an account that has been sending, while nobody is connected to it.

    Then many senders, each with nothing to remember, get their messages at once, and the provider takes its time over
    each log-in, so that all of them may be at it before the first is refused.
    """
    ready = directory / "ready"
    ready.mkdir()
    unread, queue = aws.queue(_HIDDEN_SECONDS), aws.queue(_HIDDEN_SECONDS)
    settings = aws.settings(queue, READY=str(ready))
    sqs, dynamodb = aws.client("sqs"), aws.client("dynamodb")
    with SmtpServer(users={USERNAME: PASSWORD}) as server:
        with aws.here(aws.settings(unread)):
            tenant = a_tenant()
            account_id = tenant.add_account(server.port, smtp_username=USERNAME, smtp_password=PASSWORD)
            parcels = tenant.prove(account_id) + tenant.accept(messages)
        server.change_password(USERNAME, _NEXT_PASSWORD)
        server.on("AUTH", Late(_LOGIN_SECONDS))
        before_revoked = server.verbs().count("AUTH")
        with Senders(settings, count=MANY_SENDERS, seed=seed, log=directory / "senders.log"), aws.here(settings):
            wait_until(lambda: len(list(ready.iterdir())) == MANY_SENDERS, seconds=60)
            together = min(10, messages // MANY_SENDERS)
            put_tickets(sqs, queue, tenant.id, [message_id for message_id, _ in parcels[1:]], together)
            wait_until(lambda: is_empty(sqs, queue), seconds=60 + messages / 20)
            logins = server.verbs().count("AUTH") - before_revoked
            status = str(tenant.call("GET", f"/v1/accounts/{account_id}", None, 200)["status"])
            before = compare(parcels, parcels_of(server.mails), rows_of(dynamodb, "messages", tenant.id))
            server.behave()
            here = a_tenant(tenant.id)
            here.call("PUT", f"/v1/accounts/{account_id}", {"smtp_password": _NEXT_PASSWORD, "status": "active"}, 200)
            wait_until(lambda: len(server.mails) > messages and is_empty(sqs, queue), seconds=60 + messages / 20)
        after = compare(parcels, parcels_of(server.mails), rows_of(dynamodb, "messages", tenant.id))
        return Refused(logins, status, before, after)


def knock_without_a_circuit(aws: BareAws, messages: int, seconds: float, seed: int, directory: Path) -> int:
    """The control: how often a naive sender tries a wrong password in so many seconds."""
    queue = aws.queue(_HIDDEN_SECONDS)
    settings = aws.settings(queue)
    with SmtpServer(users={USERNAME: PASSWORD}) as server, aws.here(settings):
        tenant = a_tenant()
        tenant.add_account(server.port)
        tenant.accept(messages)
        naive = naive_settings(server.port, (USERNAME, "something-else"))
        with Senders(settings | naive, count=_SENDERS, seed=seed, log=directory / "senders.log"):
            time.sleep(seconds)
        return server.refused_logins


@dataclass(frozen=True, slots=True)
class Rotated:
    """``refused``: logins with a password of before, each of which a sender had to notice and mend."""

    rotations: int
    refused: int
    account_status: str
    findings: Findings


def send_while_the_secret_rotates(aws: BareAws, messages: int, rotations: int, seed: int, directory: Path) -> Rotated:
    """The secret is replaced behind our back, as a rotation does it, and then the server takes only the new one.

    The server hangs up every few mails, so that senders have to log in again with what they remember.
    """
    queue = aws.queue(_HIDDEN_SECONDS)
    settings = aws.settings(queue)
    with SmtpServer(users={USERNAME: PASSWORD}, mails_per_connection=7) as server, aws.here(settings):
        tenant = a_tenant()
        account_id = tenant.add_account(server.port, smtp_username=USERNAME, smtp_password=PASSWORD)
        parcels = tenant.prove(account_id) + tenant.accept(messages)
        sqs = aws.client("sqs")
        passwords = [PASSWORD, *(f"password-{rotation}" for rotation in range(rotations))]
        with Senders(settings, count=_SENDERS, seed=seed, log=directory / "senders.log"):
            for rotation in range(rotations):
                wanted = (rotation + 1) * messages // (rotations + 1)
                wait_until(lambda: len(server.mails) >= wanted, seconds=60, pause=0.01)  # noqa: B023 - done at once
                _rotate(aws, tenant, account_id, server, passwords[rotation : rotation + 2])
            wait_until(lambda: is_empty(sqs, queue), seconds=60 + messages / 20)
        status = str(tenant.call("GET", f"/v1/accounts/{account_id}", None, 200)["status"])
        findings = compare(parcels, parcels_of(server.mails), rows_of(aws.client("dynamodb"), "messages", tenant.id))
        return Rotated(rotations, server.refused_logins, status, findings)


def rotate_on_who_remembers_for_ever(aws: BareAws, messages: int, seed: int, directory: Path) -> Findings:
    """The control: the password changes once, in the middle, and a naive sender keeps to the one that it began with."""
    queue = aws.queue(_HIDDEN_SECONDS)
    settings = aws.settings(queue)
    with SmtpServer(users={USERNAME: PASSWORD}, latency=ANSWER_SECONDS) as server, aws.here(settings):
        tenant = a_tenant()
        tenant.add_account(server.port)
        parcels = tenant.accept(messages)
        naive = naive_settings(server.port, (USERNAME, PASSWORD))
        with Senders(settings | naive, count=_SENDERS, seed=seed, log=directory / "senders.log"):
            wait_until(lambda: len(server.mails) >= messages / 4, seconds=30, pause=0.01)
            server.change_password(USERNAME, _NEXT_PASSWORD)
            wait_until(lambda: is_empty(aws.client("sqs"), queue), seconds=4)
        return compare(parcels, parcels_of(server.mails), rows_of(aws.client("dynamodb"), "messages", tenant.id))


def _rotate(aws: BareAws, tenant: Tenant, account_id: str, server: SmtpServer, passwords: Sequence[str]) -> None:
    """For the moment of the change the server takes both, as providers do that allow a second password."""
    server.change_password(USERNAME, *passwords)
    secret = json.dumps({"password": passwords[-1]})
    aws.client("secretsmanager").put_secret_value(SecretId=f"test/{tenant.id}/{account_id}", SecretString=secret)
    server.change_password(USERNAME, passwords[-1])
