"""Queues of work, in SQS. A payload stays readable one version back: fields are added, never renamed."""

import json
import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from postroom.errors import Unavailable
from postroom.ids import is_id
from postroom.leases.model import Ticket

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


log = logging.getLogger(__name__)

_AT_ONCE = 10
"""What the queue takes in one call."""

_PARALLEL = 8


@dataclass(frozen=True, slots=True)
class Payloads:
    """``name``: what a payload calls the id of the work, whose ids begin with ``prefix``."""

    name: str
    prefix: str

    @property
    def work(self) -> str:
        """What it is counted as."""
        return self.name.removesuffix("_id")

    def write(self, ticket: Ticket) -> str:
        document = {"tenant_id": ticket.tenant_id, self.name: ticket.id, "faults": ticket.faults}
        return json.dumps(document, separators=(",", ":"))

    def read(self, body: str) -> Ticket:
        """Raises ValueError when it is not one of ours."""
        try:
            document = json.loads(body)
            ticket = Ticket(document["tenant_id"], document[self.name], document.get("faults", 0))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError("not a payload") from error
        if (
            not isinstance(ticket.tenant_id, str)
            or not is_id(self.prefix, str(ticket.id))
            or type(ticket.faults) is not int
        ):
            raise ValueError("not a payload")
        return ticket


IMPORTS = Payloads("import_id", "imp")
JOBS = Payloads("job_id", "job")
EVENTS = Payloads("event_id", "evt")
DIGESTS = Payloads("digest_id", "dig")
MAILS = Payloads("message_id", "msg")
"""That were not sent since they were not wanted any more as they were."""


def read_one_of(kinds: Sequence[Payloads], body: str) -> tuple[Payloads, Ticket]:
    """Of what kind the work is, and which. Raises ValueError when it is none of these."""
    for kind in kinds:
        with suppress(ValueError):
            return kind, kind.read(body)
    raise ValueError("not a payload")


class SqsTickets:
    """In SQS's fair queues a tenant is a group: one tenant's flood does not delay another's."""

    def __init__(self, sqs: "SQSClient", url: str, payloads: Payloads) -> None:
        self._sqs = sqs
        self._url = url
        self._payloads = payloads

    def put(self, ticket: Ticket, delay_seconds: int = 0) -> None:
        try:
            self._sqs.send_message(
                QueueUrl=self._url,
                MessageBody=self._payloads.write(ticket),
                DelaySeconds=delay_seconds,
                MessageGroupId=ticket.tenant_id,
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error

    def put_all(self, tickets: Sequence[Ticket]) -> int:
        """How many the queue has taken. Who puts them finds the others again some other way."""
        batches = [tickets[start : start + _AT_ONCE] for start in range(0, len(tickets), _AT_ONCE)]
        with ThreadPoolExecutor(_PARALLEL) as threads:
            taken = sum(threads.map(self._batch, batches))
        if taken < len(tickets):
            log.warning("A queue has not taken all tickets", extra={"left": len(tickets) - taken})
        return taken

    def _batch(self, tickets: Iterable[Ticket]) -> int:
        entries = [
            {"Id": str(number), "MessageBody": self._payloads.write(one), "MessageGroupId": one.tenant_id}
            for number, one in enumerate(tickets)
        ]
        try:
            answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=cast("Any", entries))
        except (ClientError, BotoCoreError):
            return 0
        return len(answer.get("Successful", ()))
