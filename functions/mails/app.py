"""Requests for the mails that every application sends. What could not be handled goes back to the queue."""

import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from postroom import faults
from postroom.bootstrap.mails import build_make_mail
from postroom.bootstrap.observing import meter, observed
from postroom.mails.make import MakeMail
from postroom.mails.queue import read_request
from postroom.metrics.model import WORKED_ON
from postroom.settings import read_settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("postroom.functions.mails")

_MARGIN_MILLIS = 12_000
"""With less left none is begun: a service that hangs answers a read after ten seconds at the latest, by its timeout."""


@cache
def _make_mail() -> MakeMail:
    return build_make_mail(read_settings(os.environ))


@observed(os.environ)
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    failed = [record["messageId"] for record in event["Records"] if not (_has_time(context) and _is_handled(record))]
    return {"batchItemFailures": [{"itemIdentifier": record_id} for record_id in failed]}


def _has_time(context: "LambdaContext") -> bool:
    enough = context.get_remaining_time_in_millis() >= _MARGIN_MILLIS
    if not enough:
        logger.warning("A request was given back for want of time")
    return enough


def _is_handled(record: dict[str, Any]) -> bool:
    try:
        request = read_request(record["body"])
        outcome = _make_mail()(request)
    except Exception as error:  # noqa: BLE001 - an entry point: one request that fails must not hold up the others
        logger.error("A request was given back", extra=faults.described(error))
        return False
    told = {"tenant_id": request.tenant_id, "message_id": request.id, "kind": request.kind.value}
    logger.info("A request was handled", extra=told | {"outcome": outcome.value})
    meter().count(WORKED_ON, of="mails")
    return True
