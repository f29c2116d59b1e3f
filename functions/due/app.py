"""Every minute: puts what is due on its queue, or ends it when it has expired."""

import logging
import os
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from postroom.bootstrap.due import build_due
from postroom.bootstrap.observing import observed
from postroom.bootstrap.runs import build_record_runs
from postroom.clock import system_clock
from postroom.messages.due import EnqueueDue
from postroom.settings import read_settings
from postroom.system.record import RecordRuns

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("postroom.functions.due")

_MARGIN = timedelta(seconds=15)
"""More than one more round of the loop takes."""


@cache
def _use_case() -> EnqueueDue:
    return build_due(read_settings(os.environ))


@cache
def _recorded() -> RecordRuns:
    return build_record_runs(read_settings(os.environ))


@observed(os.environ)
def handler(_event: dict[str, Any], context: "LambdaContext") -> dict[str, int]:
    time_left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    with _recorded()("due") as did:
        progress = _use_case()(stop_at=system_clock() + time_left - _MARGIN)
        did |= {"seen_to": progress.done, "refused": progress.refused}
    logger.info("Due messages were put on their queues or ended", extra=dict(did))
    return did
