"""What became of mails that tell users of events, from the stream of the messages table."""

import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from postroom.bootstrap.notices import build_follow_mails
from postroom.bootstrap.observing import observed
from postroom.messages.streamed import messages_in
from postroom.notices.outcome import FollowMails
from postroom.settings import read_settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("postroom.functions.outcomes")


@cache
def _follow() -> FollowMails:
    return build_follow_mails(read_settings(os.environ))


@observed(os.environ)
def handler(event: dict[str, Any], _context: "LambdaContext") -> None:
    """Fails whole: Lambda halves what failed, and everything in it may be repeated."""
    messages = messages_in(event["Records"])
    _follow()(messages)
    logger.info("Notices have followed their mails", extra={"mails": len(messages)})
