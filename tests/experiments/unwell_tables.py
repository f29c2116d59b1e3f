"""Most of what senders ask of DynamoDB is throttled or meets a conflict, and the limit is below what is to be sent."""

import json
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from postroom.bootstrap.due import build_due
from postroom.clock import system_clock
from postroom.settings import read_settings
from tests.experiments.queues import is_empty, wait_until
from tests.experiments.tenancy import Tenant, a_tenant, parcels_of
from tests.faults.bare_aws import BareAws
from tests.faults.checker import Findings, Parcel, compare, rows_of
from tests.faults.killing import Senders
from tests.faults.naive_sender import naive_settings
from tests.faults.smtp_server import SmtpServer

_SENDERS = 4
_HIDDEN_SECONDS = 40
_NO_LIMIT = 1_000_000
_SHARES = {"throttled": 0.3, "conflicting": 0.3}


@dataclass(frozen=True, slots=True)
class Sent:
    """``within_limit``: how many were handed over while the limit stood; the rest went after it was raised."""

    within_limit: int
    findings: Findings


def send_through_faults(aws: BareAws, messages: int, limit: int, seed: int, directory: Path) -> Sent:
    queue = aws.queue(_HIDDEN_SECONDS)
    settings = aws.settings(queue, LEASE_SECONDS="35")
    faulty = settings | {"FAULTS": json.dumps({"shares": _SHARES, "seed": seed})}
    with SmtpServer() as server, aws.here(settings):
        tenant = a_tenant()
        account_id = tenant.add_account(server.port, daily_limit=limit)
        parcels = tenant.prove(account_id) + tenant.accept(messages)
        sqs = aws.client("sqs")
        due = build_due(read_settings(os.environ))
        with Senders(faulty, count=_SENDERS, seed=seed, log=directory / "senders.log"):
            wait_until(lambda: len(server.mails) >= min(limit, len(parcels)), seconds=10 + min(limit, messages) / 4)
            within_limit = len(server.mails)

            def all_is_sent() -> bool:
                due(stop_at=system_clock() + timedelta(seconds=5))
                if not is_empty(sqs, queue):
                    return False
                if len(server.mails) < len(parcels):
                    # What was put off in the very moment of the change waits for the next one.
                    parcels.extend(_raise_limit(tenant, account_id))
                return len(server.mails) >= len(parcels)

            if limit < messages:
                parcels += _raise_limit(tenant, account_id)
                wait_until(all_is_sent, seconds=120 + messages / 2, pause=2)
        findings = compare(parcels, parcels_of(server.mails), rows_of(aws.client("dynamodb"), "messages", tenant.id))
        return Sent(within_limit, findings)


def send_naively_through_faults(aws: BareAws, messages: int, seed: int, directory: Path) -> Findings:
    """The control. It need not come to its end to show what it does."""
    queue = aws.queue(_HIDDEN_SECONDS)
    settings = aws.settings(queue, FAULTS=json.dumps({"shares": _SHARES, "seed": seed}))
    with SmtpServer() as server:
        with aws.here(aws.settings(queue)):
            tenant = a_tenant()
            tenant.add_account(server.port)
            parcels = tenant.accept(messages)
        with Senders(settings | naive_settings(server.port), count=_SENDERS, seed=seed, log=directory / "senders.log"):
            wait_until(lambda: is_empty(aws.client("sqs"), queue), seconds=10)
        return compare(parcels, parcels_of(server.mails), rows_of(aws.client("dynamodb"), "messages", tenant.id))


def _raise_limit(tenant: Tenant, account_id: str) -> list[Parcel]:
    tenant.call("PUT", f"/v1/accounts/{account_id}", {"daily_limit": _NO_LIMIT}, 200)
    return tenant.prove(account_id)
