"""Queues of work, in SQS. A payload stays readable one version back: fields are added, never renamed."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from postroom.errors import Unavailable
from postroom.ids import is_id
from postroom.leases.model import Ticket

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class Payloads:
    """``name``: what a payload calls the id of the work, whose ids begin with ``prefix``."""

    name: str
    prefix: str

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
