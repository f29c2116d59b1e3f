"""Every minute: digests that are due get a ticket, and events that nobody seems to be at get another one."""

import logging
import os
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from postroom.bootstrap.observing import observed
from postroom.bootstrap.overdue import build_enqueue_digests, build_enqueue_events
from postroom.bootstrap.runs import build_record_runs
from postroom.clock import system_clock
from postroom.digests.model import Digest
from postroom.events.model import Event
from postroom.leases.overdue import EnqueueOverdue
from postroom.settings import read_settings
from postroom.system.record import RecordRuns

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("postroom.functions.digests")

_MARGIN = timedelta(seconds=15)
"""More than one more round of either loop takes."""


@cache
def _use_cases() -> tuple[EnqueueOverdue[Event], EnqueueOverdue[Digest]]:
    settings = read_settings(os.environ)
    return build_enqueue_events(settings), build_enqueue_digests(settings)


@cache
def _recorded() -> RecordRuns:
    return build_record_runs(read_settings(os.environ))


@observed(os.environ)
def handler(_event: dict[str, Any], context: "LambdaContext") -> dict[str, int]:
    stop_at = system_clock() + timedelta(milliseconds=context.get_remaining_time_in_millis()) - _MARGIN
    enqueue_events, enqueue_digests = _use_cases()
    with _recorded()("digests") as did:
        events = enqueue_events(system_clock() + (stop_at - system_clock()) / 2)
        digests = enqueue_digests(stop_at)
        did |= {"events": events.done, "digests": digests.done, "refused": events.refused + digests.refused}
    logger.info("Digests that are due and events that were left were put on their queue", extra=dict(did))
    return did
