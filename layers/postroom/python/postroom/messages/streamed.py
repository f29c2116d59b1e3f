"""What a stream of the messages table tells.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
"""

import logging
from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import Any

from postroom import faults
from postroom.dynamo import plain
from postroom.messages import keys
from postroom.messages.model import Message
from postroom.messages.record import message_of
from postroom.messages.rows import MessageRow

log = logging.getLogger(__name__)


def messages_in(records: Iterable[Mapping[str, Any]]) -> list[Message]:
    """Messages as they were after each change, in order. What cannot be read is told of and left out."""
    images = [record["dynamodb"]["NewImage"] for record in records if "NewImage" in record["dynamodb"]]
    return [message for message in map(_message, images) if message]


def _message(image: dict[str, Any]) -> Message | None:
    try:
        row = MessageRow.from_raw_data({name: _with_octets(value) for name, value in image.items()})
        return message_of(keys.tenant_of(row.pk), row.sk, plain(row))
    except Exception as error:  # noqa: BLE001 - it would hold up all that comes behind it, and be no better next time
        log.error("A message in the stream cannot be read", extra={"fault": faults.kinds(error)})
        return None


def _with_octets(typed: dict[str, Any]) -> dict[str, Any]:
    """A value as botocore gives it. Lambda's events are JSON, where octets are base64."""
    [(kind, value)] = typed.items()
    match kind:
        case "B":
            return {kind: b64decode(value)}
        case "L":
            return {kind: [_with_octets(part) for part in value]}
        case "M":
            return {kind: {name: _with_octets(part) for name, part in value.items()}}
        case _:
            return typed
