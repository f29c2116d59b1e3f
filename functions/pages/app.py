"""The pages that links in notices lead to (no API key; payload 2.0): a user's preferences, and less of one kind."""

import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from postroom import faults
from postroom.bootstrap.observing import observed
from postroom.bootstrap.pages import build_pages
from postroom.errors import PostroomError
from postroom.pages.front import Pages
from postroom.pages.page import trouble_page
from postroom.settings import read_settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("postroom.functions.pages")


@cache
def _pages() -> Pages:
    return build_pages(read_settings(os.environ))


@observed(os.environ)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    try:
        answer = _pages()(event)
    except Exception as error:  # noqa: BLE001 - an entry point: whatever it is, a person gets a page
        logger.error("A page could not be shown", extra=faults.described(error))
        return trouble_page(PostroomError())
    logger.info("A page was answered", extra={"status": answer["statusCode"]})
    return answer
