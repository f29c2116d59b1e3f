"""Who a request comes from, for API Gateway (REQUEST authorizer, payload 2.0, simple responses).

Every request is let through with what was found out about it: an HTTP API cannot shape the body of a denial, and our
errors are ``application/problem+json``. The api function refuses.
"""

import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from postroom.bootstrap.directory import build_authorizer
from postroom.bootstrap.observing import observed
from postroom.errors import Unavailable
from postroom.settings import read_settings
from postroom.tenancy.model import KeyProblem
from postroom.tenancy.verify_key import VerifyKey
from postroom.web.identity import to_context

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("postroom.functions.authorizer")


@cache
def _verify_key() -> VerifyKey:
    return build_authorizer(read_settings(os.environ))


@observed(os.environ)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    try:
        found = _verify_key()(headers.get("authorization"))
    except Unavailable as error:
        found = KeyProblem.UNAVAILABLE
        logger.warning("A key could not be looked up", extra={"fault": type(error.__cause__).__name__})
    logger.debug("A key was looked up", extra={"key_id": to_context(found).get("key_id", "nobody")})
    return {"isAuthorized": True, "context": to_context(found)}
