"""Errors as ``application/problem+json`` (RFC 9457). What is our fault is named, never explained: no detail leaks."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from postroom.errors import FieldError, Invalid, MethodNotAllowed, PostroomError, RateLimited, Unauthenticated

CONTENT_TYPE = "application/problem+json"
_MOST_ERRORS = 100
_LONGEST_FIELD = 250
_LONGEST_MESSAGE = 300
"""Bytes as they leave: JSON within Lambda's JSON, 6 MB at most. It is the caller who names the fields."""

_RETRY_AFTER_SECONDS = "1"
_WHERE_FROM = frozenset({"body", "query", "path", "header"})


def problem(error: PostroomError, request_id: str) -> Response[str]:
    return Response(
        status_code=error.status,
        content_type=CONTENT_TYPE,
        headers=_headers(error),
        body=json.dumps(problem_document(error, request_id)),
    )


def problem_document(error: PostroomError, request_id: str = "", *, most: int = _MOST_ERRORS) -> dict[str, Any]:
    """``most``: so many wrong fields are named; of further ones ``detail`` gives the number."""
    document: dict[str, Any] = {
        "type": f"urn:postroom:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.title if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else error.detail,
        "code": error.code,
    }
    if request_id:
        document["request_id"] = request_id
    if isinstance(error, Invalid) and error.errors:
        document["errors"] = [
            {"field": _cut(fault.field, _LONGEST_FIELD), "message": _cut(fault.message, _LONGEST_MESSAGE)}
            for fault in error.errors[:most]
        ]
        if len(error.errors) > most:
            document["detail"] += f"; {len(error.errors) - most} more are not listed"
    return document


def _cut(text: str, longest: int) -> str:
    while len(json.dumps(json.dumps(text))) > longest:
        text = text[: len(text) // 2]
    return text


def _headers(error: PostroomError) -> dict[str, str | list[str]]:
    headers: dict[str, str | list[str]] = {}
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.retry_after_seconds)
    elif error.retryable:
        headers["Retry-After"] = _RETRY_AFTER_SECONDS
    return headers


def field_errors(faults: Sequence[Mapping[str, Any]]) -> tuple[FieldError, ...]:
    """Pydantic's errors, each by its dotted path: ``("body", "to", 0)`` is ``to.0``, and ``()`` is the whole body."""
    return tuple(FieldError(_path(fault["loc"]), _message(fault)) for fault in faults)


def _path(location: Sequence[str | int]) -> str:
    inner = location[1:] if location and location[0] in _WHERE_FROM else location
    return ".".join(str(part) for part in inner or location) or "body"


def _message(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "extra_forbidden":
        return "is not a known field"
    if fault["type"] == "missing":
        return "is required"
    return str(fault["msg"]).removeprefix("Value error, ")
