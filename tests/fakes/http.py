"""Requests as API Gateway's HTTP API hands them to a function (payload 2.0)."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.utilities.typing import LambdaContext

from postroom.tenancy.model import Caller, KeyProblem
from postroom.web.identity import to_context

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - a test reads it as it likes
        return json.loads(self.text)

    @property
    def fields(self) -> dict[str, str]:
        """The faults of a problem document by field."""
        return {fault["field"]: fault["message"] for fault in self.json["errors"]}


def request(
    method: str,
    path: str,
    body: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    request_id: str = "request-1",
) -> dict[str, Any]:
    """``body`` goes as it is when it is text, in base64 when it is bytes, and as JSON otherwise."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {"content-type": "application/json", **(headers or {})},
        "requestContext": {
            "requestId": request_id,
            "stage": "$default",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
        },
        "isBase64Encoded": isinstance(body, bytes),
    }
    if query:
        event["queryStringParameters"] = dict(query)
    if body is not None:
        event["body"] = _encoded(body)
    return event


def _encoded(body: object) -> str:
    if isinstance(body, bytes):
        return b64encode(body).decode()
    return body if isinstance(body, str) else json.dumps(body)


def authorised(event: dict[str, Any], caller: Caller | KeyProblem | None) -> dict[str, Any]:
    if caller is not None:
        event["requestContext"]["authorizer"] = {"lambda": to_context(caller)}
    return event


def send(handler: Handler, event: dict[str, Any]) -> Answer:
    answer = handler(event, LambdaContext())
    return Answer(answer["statusCode"], answer["headers"], answer["body"])
