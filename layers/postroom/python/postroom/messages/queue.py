"""The three queues, in SQS. A payload stays readable one version back: fields are added, never renamed."""

import json
import logging
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from postroom.errors import Unavailable
from postroom.messages.model import Priority
from postroom.messages.ports import LONGEST_DELAY_SECONDS, DeadLetter, Departure, Ticket

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType
    from mypy_boto3_sqs.type_defs import DeleteMessageBatchRequestEntryTypeDef, SendMessageBatchRequestEntryTypeDef

log = logging.getLogger(__name__)

_BATCH = 10
_PARALLEL = 8
_PAUSES_SECONDS = (0.1, 0.4)
"""Before each repetition of what was not taken. A queue refuses single messages of a request, which boto3 lets be."""

_PATIENCE_SECONDS = 5.0
"""No repetition begins later: a queue that hangs must not use up its caller's time."""

_ID = re.compile(r"[a-z0-9_]{1,64}")
_HIDDEN_SECONDS = 60
"""How long what a redrive has received is hidden from the next one."""


class SqsQueues:
    def __init__(self, sqs: "SQSClient", urls: Mapping[Priority, str]) -> None:
        self._sqs = sqs
        self._urls = urls

    def send(self, departures: Sequence[Departure]) -> list[Departure]:
        until = time.monotonic() + _PATIENCE_SECONDS
        left = self._send(departures)
        for pause in _PAUSES_SECONDS:
            if not left or time.monotonic() + pause > until:
                break
            time.sleep(pause)
            left = self._send(left)
        return left

    def _send(self, departures: Sequence[Departure]) -> list[Departure]:
        batches = [
            (url, batch)
            for priority, url in self._urls.items()
            for batch in _chunks(departure for departure in departures if departure.priority is priority)
        ]
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return [one for left in pool.map(lambda batch: self._send_batch(*batch), batches) for one in left]

    def is_drained(self, priority: Priority) -> bool:
        return self._about(priority, ["ApproximateNumberOfMessages"]) == 0

    def depth(self, priority: Priority) -> int:
        # Not those that it still delays: these have an appointment.
        return self._about(priority, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"])

    def _about(self, priority: Priority, names: "list[QueueAttributeNameType]") -> int:
        try:
            answer = self._sqs.get_queue_attributes(QueueUrl=self._urls[priority], AttributeNames=names)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        return sum(int(answer["Attributes"][name]) for name in names)

    def _send_batch(self, url: str, batch: list[Departure]) -> list[Departure]:
        entries = [_entry(index, departure) for index, departure in enumerate(batch)]
        try:
            answer = self._sqs.send_message_batch(QueueUrl=url, Entries=entries)
        except (ClientError, BotoCoreError) as error:
            return _left(batch, type(error).__name__)
        failed = answer.get("Failed", [])
        return _left([batch[int(failure["Id"])] for failure in failed], "Failed") if failed else []


class SqsDeadLetters:
    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def receive(self) -> list[DeadLetter]:
        try:
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_BATCH,
                VisibilityTimeout=_HIDDEN_SECONDS,
                WaitTimeSeconds=1,  # Without waiting, SQS asks only some of its servers.
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        return [
            DeadLetter(_ticket(message["Body"]), message["ReceiptHandle"]) for message in answer.get("Messages", [])
        ]

    def remove(self, letters: Sequence[DeadLetter]) -> None:
        if not letters:
            return
        entries: list[DeleteMessageBatchRequestEntryTypeDef] = [
            {"Id": str(index), "ReceiptHandle": letter.handle} for index, letter in enumerate(letters)
        ]
        try:
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
        except (ClientError, BotoCoreError) as error:
            # What stays is put back once more by the next redrive, and its claim keeps it from being sent twice.
            raise Unavailable from error


def _ticket(body: str) -> Ticket | None:
    try:
        return read_payload(body)
    except ValueError:
        return None


def write_payload(ticket: Ticket) -> str:
    return json.dumps({"tenant_id": ticket.tenant_id, "message_id": ticket.message_id}, separators=(",", ":"))


def read_payload(body: str) -> Ticket:
    """Raises ValueError when it is not one of ours."""
    try:
        document = json.loads(body)
        ids = document["tenant_id"], document["message_id"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a payload") from error
    if not all(isinstance(each, str) and _ID.fullmatch(each) for each in ids):
        raise ValueError("not a payload")
    return Ticket(*ids)


def _entry(index: int, departure: Departure) -> "SendMessageBatchRequestEntryTypeDef":
    return {
        "Id": str(index),
        "MessageBody": write_payload(departure.ticket),
        "DelaySeconds": min(departure.delay_seconds, LONGEST_DELAY_SECONDS),
        "MessageGroupId": departure.ticket.tenant_id,  # SQS fair queues: one tenant's flood does not delay another's.
    }


def _left(departures: list[Departure], fault: str) -> list[Departure]:
    # Not lost: each has its row, and the due index finds it.
    ids = [departure.ticket.message_id for departure in departures]
    log.warning("A queue did not take messages", extra={"fault": fault, "message_ids": ids})
    return departures


def _chunks(departures: Iterable[Departure]) -> Iterable[list[Departure]]:
    rest = iter(departures)
    while batch := list(islice(rest, _BATCH)):
        yield batch
