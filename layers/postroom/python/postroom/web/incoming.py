"""What is checked of a request before anything in it is believed."""

import base64
from collections.abc import Mapping
from typing import Any

from postroom.errors import FieldError, Invalid, Malformed, TooLarge, Unsupported
from postroom.strict_json import Refused, read_strictly

BODY_LIMIT = 5_500_000
"""Bytes. Lambda takes 6 MB, and the event around the body needs some of them."""

_JSON = "application/json"


def without_head(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """HEAD asks as GET does (RFC 9110, section 9.3.2); the same event for every other method."""
    context = event.get("requestContext", {})
    if context.get("http", {}).get("method") != "HEAD":
        return event
    return {**event, "requestContext": {**context, "http": {**context["http"], "method": "GET"}}}


def with_clear_body(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event with its body as text and declared as JSON; raises TooLarge, Unsupported or Malformed."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if not event.get("body"):
        return {**event, "headers": {**headers, "content-type": _JSON}, "body": None, "isBase64Encoded": False}
    media_type = headers.get("content-type", _JSON).partition(";")[0].strip().lower()
    text = body_text(event)
    if media_type != _JSON:
        raise Unsupported
    return {**event, "headers": {**headers, "content-type": _JSON}, "body": text, "isBase64Encoded": False}


def body_text(event: Mapping[str, Any], limit: int = BODY_LIMIT) -> str:
    """At most ``limit`` bytes. Raises TooLarge and Malformed."""
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        if len(raw) > limit:
            raise TooLarge(f"A body may have {limit} bytes at most.")
        return raw.decode()
    except ValueError as error:
        raise Malformed("The body is not UTF-8 text.") from error


def read_json(text: str) -> dict[str, Any]:
    """The object in a body. Raises Malformed, and Invalid when it is none."""
    try:
        value = read_strictly(text)
    except Refused as error:
        raise Malformed(f"The body {error}") from error
    if not isinstance(value, dict):
        raise Invalid((FieldError("body", "must be a JSON object"),))
    return value
