"""HTTP requests, from API Gateway's HTTP API (payload 2.0)."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from postroom.bootstrap.api import build_api
from postroom.settings import read_settings
from postroom.web.api import Api


@cache
def _api() -> Api:
    return build_api(read_settings(os.environ))


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return _api()(event, context)
