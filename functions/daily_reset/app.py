"""Every 15 minutes: ends the day of the accounts whose local date has changed."""

import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from postroom.accounts.reset import EndDays
from postroom.bootstrap.daily_reset import build_daily_reset
from postroom.bootstrap.observing import observed
from postroom.bootstrap.runs import build_record_runs
from postroom.settings import read_settings
from postroom.system.record import RecordRuns

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("postroom.functions.daily_reset")


@cache
def _use_case() -> EndDays:
    return build_daily_reset(read_settings(os.environ))


@cache
def _recorded() -> RecordRuns:
    return build_record_runs(read_settings(os.environ))


@observed(os.environ)
def handler(_event: dict[str, Any], _context: "LambdaContext") -> dict[str, int]:
    with _recorded()("daily_reset") as did:
        progress = _use_case()()
        did |= {"accounts": progress.done, "refused": progress.refused}
    logger.info("Days were ended", extra=dict(did))
    return did
