"""What is checked of a request before anything in it is believed."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from postroom.errors import FieldError, Invalid, Malformed, TooLarge, Unsupported

BODY_LIMIT = 5_500_000
"""Bytes. Lambda takes 6 MB, and the event around the body needs some of them."""

_JSON = "application/json"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def with_clear_body(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event with its body as text and declared as JSON; raises TooLarge, Unsupported or Malformed."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if not event.get("body"):
        return {**event, "headers": {**headers, "content-type": _JSON}, "body": None, "isBase64Encoded": False}
    media_type = headers.get("content-type", _JSON).partition(";")[0].strip().lower()
    text = _text(event["body"], encoded=bool(event.get("isBase64Encoded")))
    if media_type != _JSON:
        raise Unsupported
    return {**event, "headers": {**headers, "content-type": _JSON}, "body": text, "isBase64Encoded": False}


def _text(body: str, *, encoded: bool) -> str:
    try:
        raw = base64.b64decode(body, validate=True) if encoded else body.encode()
        if len(raw) > BODY_LIMIT:
            raise TooLarge(f"A body may have {BODY_LIMIT} bytes at most.")
        return raw.decode()
    except ValueError as error:
        raise Malformed("The body is not UTF-8 text.") from error


def read_json(text: str) -> dict[str, Any]:
    """The object in a body. Refuses what other readers would understand differently: NaN, a name given twice."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error}") from error
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is JSON with a number too long or nested too deep to read") from error
    if _SURROGATE.search(text) and not _is_unicode(value):
        raise Malformed("The body has half of a surrogate pair, which is no character")
    if not isinstance(value, dict):
        raise Invalid((FieldError("body", "must be a JSON object"),))
    return value


def _is_unicode(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> NoReturn:
    raise Malformed(f"The body is not JSON: {name} is no JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("The body has an object that gives the same name twice")
    return found
