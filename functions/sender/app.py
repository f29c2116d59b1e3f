"""Messages from the three queues. What could not be handled goes back to its queue; the rest is done with."""

import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from postroom.bootstrap.observing import observed
from postroom.bootstrap.sender import build_sender
from postroom.delivery.deadline import Deadline
from postroom.delivery.send_batch import SendBatch
from postroom.errors import Unavailable
from postroom.messages.ports import Ticket
from postroom.messages.queue import read_payload
from postroom.settings import read_settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("postroom.functions.sender")

_MARGIN_SECONDS = 5.0
"""Kept for what comes after the last mail: storing outcomes and closing reservations."""


@cache
def _send_batch() -> SendBatch:
    return build_sender(read_settings(os.environ))


@observed(os.environ)
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    deadline = Deadline.after(context.get_remaining_time_in_millis() / 1000 - _MARGIN_SECONDS)
    records: list[dict[str, Any]] = event["Records"]
    tickets = {record["messageId"]: _ticket(record) for record in records}
    readable = [ticket for ticket in tickets.values() if ticket is not None]
    try:
        unhandled = _send_batch()(readable, deadline)
    except Unavailable as error:
        logger.warning("A batch was given back", extra={"fault": type(error.__cause__).__name__})
        unhandled = set(readable)
    failed = [record_id for record_id, ticket in tickets.items() if ticket is None or ticket in unhandled]
    logger.info("A batch was handled", extra={"messages": len(records), "given_back": len(failed)})
    return {"batchItemFailures": [{"itemIdentifier": record_id} for record_id in failed]}


def _ticket(record: dict[str, Any]) -> Ticket | None:
    try:
        return read_payload(record["body"])
    except ValueError:
        # After its last try it is found in the dead-letter queue.
        logger.error("A payload cannot be read", extra={"sqs_message_id": record["messageId"]})
        return None
