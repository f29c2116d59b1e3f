"""Senders are killed while they send, again and again."""

import os
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from postroom.bootstrap.due import build_due
from postroom.clock import system_clock
from postroom.settings import read_settings
from tests.experiments.queues import is_empty
from tests.experiments.tenancy import ANSWER_SECONDS, a_tenant, parcels_of
from tests.faults.bare_aws import BareAws
from tests.faults.checker import Findings, compare, rows_of
from tests.faults.killing import Senders
from tests.faults.naive_sender import naive_settings
from tests.faults.smtp_server import SmtpServer

_HIDDEN_LONGER = 2
"""Seconds that the queue hides a message beyond its lease, so that who gets it next finds the lease over."""

_SENDERS = 4
_ROUND_TRIP = 0.15
_PLACE_SECONDS = 5
"""Four are killed in a second, and each has a place among at most a hundred."""


@dataclass(frozen=True, slots=True)
class Killing:
    """``pauses``: seconds between two kills, at least and at most. ``on_uncertain`` is each message's wish.

    ``ahead``: the server takes whole mails ahead of its answers, and answers as late as one that is far away.
    """

    messages: int
    kills: int
    on_uncertain: str
    seed: int
    pauses: tuple[float, float] = (0.05, 0.45)
    lease_seconds: int = 4
    naive: bool = False
    ahead: bool = False
    seconds: float = 420


@dataclass(frozen=True, slots=True)
class Killed:
    """``used`` is what the account's counter says of the day; ``open`` the sends of reservations that nobody closed.

    ``doubts``: the messages of which a sender died without knowing whether they had left.
    """

    findings: Findings
    kills: int
    used: int
    open: int
    doubts: int


def kill_senders(aws: BareAws, plan: Killing, directory: Path) -> Killed:
    queue = aws.queue(plan.lease_seconds + _HIDDEN_LONGER)
    settings = aws.settings(queue, LEASE_SECONDS=str(plan.lease_seconds), PLACE_SECONDS=str(_PLACE_SECONDS))
    with _server(ahead=plan.ahead) as server, aws.here(settings):
        tenant = a_tenant()
        account_id = tenant.add_account(server.port)
        parcels = tenant.prove(account_id)
        naive = naive_settings(server.port) if plan.naive else {}
        accepting = threading.Thread(
            target=lambda: parcels.extend(tenant.accept(plan.messages, on_uncertain=plan.on_uncertain))
        )
        with Senders(settings | naive, count=_SENDERS, seed=plan.seed, log=directory / "senders.log") as senders:
            accepting.start()
            _kill_until_done(aws, plan, senders, queue, accepting)
        accepting.join()
        dynamodb = aws.client("dynamodb")
        rows = list(rows_of(dynamodb, "messages", tenant.id))
        findings = compare(parcels, parcels_of(server.mails), rows)
        doubts = sum(row.doubts > 0 for row in rows)
        return Killed(findings, senders.kills, *_counted(dynamodb, tenant.id, account_id), doubts)


def _server(*, ahead: bool) -> SmtpServer:
    if ahead:
        return SmtpServer(pipelining=True, chunking=True, hold_replies=_ROUND_TRIP)
    return SmtpServer(latency=ANSWER_SECONDS)


def _kill_until_done(aws: BareAws, plan: Killing, senders: Senders, queue: str, accepting: threading.Thread) -> None:
    due, sqs = build_due(read_settings(os.environ)), aws.client("sqs")
    give_up = time.monotonic() + plan.seconds
    looked = 0.0
    while time.monotonic() < give_up:
        time.sleep(senders.pause(*plan.pauses))
        if senders.kills < plan.kills:
            senders.kill_one()
        if time.monotonic() - looked > 1 and not plan.naive:
            due(stop_at=system_clock() + timedelta(seconds=5))
            looked = time.monotonic()
        is_over = senders.kills >= plan.kills and not accepting.is_alive() and is_empty(sqs, queue)
        # What the last kill left in doubt waits for its release.
        if is_over and (plan.naive or not due(stop_at=system_clock() + timedelta(seconds=5)).done):
            return


def _counted(dynamodb: Any, tenant_id: str, account_id: str) -> tuple[int, int]:  # noqa: ANN401 - a boto3 client
    key = {"pk": {"S": f"T#{tenant_id}"}, "sk": {"S": f"A#{account_id}"}}
    item = dynamodb.get_item(TableName="accounts", Key=key, ConsistentRead=True)["Item"]
    reserved = item["reservations"]["M"].values()
    return int(item["day_used"]["N"]), sum(int(one["M"]["count"]["N"]) for one in reserved)
