"""Counts what the API answered, by a few kinds of requests."""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from postroom.metrics.model import CLIENT_ERRORS, REQUESTS, SERVER_ERRORS
from postroom.metrics.ports import Meter

Answer = dict[str, Any]
Answers = Callable[[Mapping[str, Any], LambdaContext], Answer]

_SENDS = re.compile(r"/v1/(messages|messages/batch|emails/.*|notifications/.*)")


class MeteredApi:
    def __init__(self, api: Answers, meter: Meter) -> None:
        self._api = api
        self._meter = meter

    def __call__(self, event: Mapping[str, Any], context: LambdaContext) -> Answer:
        answer = self._api(event, context)
        called = event.get("requestContext", {})
        route = route_class(called.get("http", {}).get("method", ""), called.get("http", {}).get("path", ""))
        self._meter.count(REQUESTS, of=route)
        if answer["statusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._meter.count(SERVER_ERRORS, of=route)
        elif answer["statusCode"] >= HTTPStatus.BAD_REQUEST:
            self._meter.count(CLIENT_ERRORS, of=route)
        tenant_id = ((called.get("authorizer") or {}).get("lambda") or {}).get("tenant_id")
        if tenant_id:
            self._meter.concerns(tenant_id)
        return answer


def route_class(method: str, path: str) -> str:
    """Few, since each is three metrics: what asks for mail, what only looks, and what changes something."""
    if method.upper() in {"GET", "HEAD", "OPTIONS"}:
        return "read"
    return "send" if method.upper() == "POST" and _SENDS.fullmatch(path) else "change"
