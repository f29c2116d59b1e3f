"""HTTP requests, from API Gateway's HTTP API (payload 2.0)."""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from postroom.bootstrap.api import build_api
from postroom.bootstrap.observing import meter, observed
from postroom.settings import read_settings
from postroom.web.metered import MeteredApi

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@cache
def _api() -> MeteredApi:
    return MeteredApi(build_api(read_settings(os.environ)), meter())


@observed(os.environ)
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    return _api()(event, context)
