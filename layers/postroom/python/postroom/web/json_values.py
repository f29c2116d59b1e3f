"""JSON that a caller chose, as it may be kept and put into a mail."""

import json
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from postroom.web.fields import safe_text

LARGEST = 100_000
"""Bytes of one object as compact JSON."""

_DEEPEST = 20


def json_object(largest: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Checks one for what can be kept; ``largest``: bytes as compact JSON."""

    def checked(given: dict[str, Any]) -> dict[str, Any]:
        _check(given, _DEEPEST)
        if _size(given) > largest:
            raise PydanticCustomError("too_large", "{reason}", {"reason": f"must be {largest:,} bytes of JSON at most"})
        return given

    return checked


def _size(given: dict[str, Any]) -> int:
    try:
        return len(json.dumps(given, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())
    except ValueError as error:
        raise PydanticCustomError("number", "must not contain NaN, infinity or huge numbers") from error


def _check(value: object, depth: int) -> None:
    if depth == 0:
        raise PydanticCustomError("too_deep", "must not be nested more than 20 deep")
    if isinstance(value, str):
        safe_text(value)
    if isinstance(value, dict):
        for name, each in value.items():
            _check(name, depth)
            _check(each, depth - 1)
    if isinstance(value, list):
        for each in value:
            _check(each, depth - 1)


JsonObject = Annotated[dict[str, Any], AfterValidator(json_object(LARGEST))]
