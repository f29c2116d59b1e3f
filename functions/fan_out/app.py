"""Jobs over many users, from their queue, one at a time."""

import os
from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from postroom.bootstrap.jobs import build_fan_out
from postroom.clock import system_clock
from postroom.jobs.run import RunJob
from postroom.leases.queue import JOBS
from postroom.settings import read_settings

logger = Logger(service="fan_out")

_MARGIN = timedelta(seconds=180)
"""More than a portion of users takes when the tables hang: a lease, and the last call that was begun in it."""


@cache
def _use_case() -> RunJob:
    return build_fan_out(read_settings(os.environ))


def handler(event: dict[str, Any], context: LambdaContext) -> None:
    stop_at = system_clock() + timedelta(milliseconds=context.get_remaining_time_in_millis()) - _MARGIN
    for record in event["Records"]:
        try:
            ticket = JOBS.read(record["body"])
        except ValueError:
            logger.error("A payload cannot be read", extra={"sqs_message_id": record["messageId"]})
            raise
        _use_case()(ticket, stop_at)
        logger.info("A job was worked on", extra={"job_id": ticket.id})
