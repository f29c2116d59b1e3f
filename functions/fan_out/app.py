"""What is meant for many users, from its queue, one at a time."""

import logging
import os
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from postroom.bootstrap.fan_out import WORKS, Run
from postroom.bootstrap.observing import meter, observed
from postroom.clock import system_clock
from postroom.leases.queue import Payloads, read_one_of
from postroom.metrics.model import WORKED_ON
from postroom.settings import read_settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("postroom.functions.fan_out")

_MARGIN = timedelta(seconds=180)
"""More than a portion of users takes when the tables hang: a lease, and the last call that was begun in it."""

_TURN = timedelta(seconds=60)
"""Then a job goes behind the others that wait: ten long ones must not hold up somebody else's short one."""


@cache
def _use_case(kind: Payloads) -> Run:
    return WORKS[kind](read_settings(os.environ))


@observed(os.environ)
def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    time_left = timedelta(milliseconds=context.get_remaining_time_in_millis()) - _MARGIN
    stop_at = system_clock() + min(time_left, _TURN)
    for record in event["Records"]:
        try:
            kind, ticket = read_one_of(tuple(WORKS), record["body"])
        except ValueError:
            logger.error("A payload cannot be read", extra={"sqs_message_id": record["messageId"]})
            raise
        _use_case(kind)(ticket, stop_at)
        logger.info("A ticket was worked on", extra={"tenant_id": ticket.tenant_id, kind.name: ticket.id})
        meter().count(WORKED_ON, of=kind.work)
