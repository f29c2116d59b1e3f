"""The queue hands out every message several times, to several senders, in any order."""

from pathlib import Path

from tests.experiments.queues import is_empty, put_tickets, shuffled_copies, wait_until
from tests.experiments.tenancy import ANSWER_SECONDS, a_tenant, parcels_of
from tests.faults.bare_aws import BareAws
from tests.faults.checker import Findings, compare, rows_of
from tests.faults.killing import Senders
from tests.faults.naive_sender import naive_settings
from tests.faults.smtp_server import SmtpServer

COPIES = 3
SENDERS = 8
_HIDDEN_SECONDS = 120
"""Long, so that it is our copies that are seen and not the queue's own."""


def deliver_copies(aws: BareAws, messages: int, seed: int, directory: Path, *, naive: bool = False) -> Findings:
    unread, queue = aws.queue(_HIDDEN_SECONDS), aws.queue(_HIDDEN_SECONDS)
    with SmtpServer(latency=ANSWER_SECONDS) as server:
        with aws.here(aws.settings(unread)):
            tenant = a_tenant()
            parcels = tenant.prove(tenant.add_account(server.port)) + tenant.accept(messages)
        sqs = aws.client("sqs")
        put_tickets(sqs, queue, tenant.id, shuffled_copies((parcel[0] for parcel in parcels), COPIES, seed))
        settings = aws.settings(queue) | (naive_settings(server.port) if naive else {})
        with Senders(settings, count=SENDERS, seed=seed, log=directory / "senders.log"):
            wait_until(lambda: is_empty(sqs, queue), seconds=30 + messages / 20)
        return compare(parcels, parcels_of(server.mails), rows_of(aws.client("dynamodb"), "messages", tenant.id))
