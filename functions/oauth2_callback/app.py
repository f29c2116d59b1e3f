"""Where a provider sends the owner of a mailbox back after the consent (GET, no API key; payload 2.0).

A GET that changes something: OAuth 2.0 knows no other way. The state, which is used once, makes it safe.
"""

import logging
import os
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from postroom import faults
from postroom.bootstrap.oauth2 import build_oauth2_callback
from postroom.bootstrap.observing import observed
from postroom.oauth2.connect import ConnectAccount, Returned
from postroom.oauth2.page import page_of, page_of_trouble
from postroom.settings import read_settings
from postroom.web.identity import from_here

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("postroom.functions.oauth2_callback")


@cache
def _connect() -> ConnectAccount:
    return build_oauth2_callback(read_settings(os.environ))


@observed(os.environ)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    query = event.get("queryStringParameters") or {}
    code = None if "error" in query else query.get("code")
    returned = Returned(query.get("state", ""), code, partial(from_here, event))
    try:
        connected = _connect()(returned)
    except Exception as error:  # noqa: BLE001 - an entry point: whatever it is, a person gets a page
        logger.error("A consent could not be taken", extra=faults.described(error))
        return page_of_trouble()
    logger.info("A consent came back", extra={"outcome": connected.outcome.name})
    return page_of(connected)
