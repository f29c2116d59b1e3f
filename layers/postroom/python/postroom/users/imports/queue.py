"""The queue of imports, in SQS. A payload stays readable one version back: fields are added, never renamed."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from postroom.errors import Unavailable
from postroom.ids import is_id
from postroom.users.imports.model import Ticket

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsTickets:
    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def put(self, ticket: Ticket, delay_seconds: int = 0) -> None:
        try:
            self._sqs.send_message(
                QueueUrl=self._url,
                MessageBody=write_payload(ticket),
                DelaySeconds=delay_seconds,
                MessageGroupId=ticket.tenant_id,
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error


def write_payload(ticket: Ticket) -> str:
    return json.dumps(asdict(ticket), separators=(",", ":"))


def read_payload(body: str) -> Ticket:
    """Raises ValueError when it is not one of ours."""
    try:
        document = json.loads(body)
        ticket = Ticket(document["tenant_id"], document["import_id"], document.get("faults", 0))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a payload") from error
    if (
        not isinstance(ticket.tenant_id, str)
        or not is_id("imp", str(ticket.import_id))
        or type(ticket.faults) is not int
    ):
        raise ValueError("not a payload")
    return ticket
