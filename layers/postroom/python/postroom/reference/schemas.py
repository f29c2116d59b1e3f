"""What powertools and pydantic say of the bodies, made fit to be read."""

import json
import re
from collections.abc import Iterator
from typing import Any

_REF = "#/components/schemas/"
_PAGE = re.compile(r"Listed_(\w+?)_(?=\")")
_LITERAL = re.compile(r"``(.+?)``")
_OF_POWERTOOLS = ("HTTPValidationError", "ValidationError", "ResponseValidationError")

Schema = dict[str, Any]


def with_plain_names(document: dict[str, Any]) -> dict[str, Any]:
    """A page of accounts is called ``AccountAnswerPage``."""
    renamed: dict[str, Any] = json.loads(_PAGE.sub(r"\1Page", json.dumps(document)))
    return renamed


def cleaned(schemas: dict[str, Schema], paths: dict[str, Any]) -> dict[str, Schema]:
    """Those that are used, without the titles that only repeat names. Answers may gain fields, requests may not."""
    used = set(_reached(paths, schemas))
    asked = set(_reached([body for _, body in _find(paths, "requestBody")], schemas))
    return {
        name: clean(schema) | ({} if name in asked else _open(schema))
        for name, schema in sorted(schemas.items())
        if name in used and name not in _OF_POWERTOOLS
    }


def _open(schema: Schema) -> Schema:
    return {"additionalProperties": True} if schema.get("additionalProperties") is False else {}


def _reached(value: Any, schemas: dict[str, Schema], seen: set[str] | None = None) -> Iterator[str]:  # noqa: ANN401 - JSON
    seen = set() if seen is None else seen
    for _, reference in _find(value, "$ref"):
        name = str(reference).removeprefix(_REF)
        if name in schemas and name not in seen:
            seen.add(name)
            yield name
            yield from _reached(schemas[name], schemas, seen)


def _find(value: Any, key: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        yield from ((name, inner) for name, inner in value.items() if name == key)
        for inner in value.values():
            yield from _find(inner, key)
    if isinstance(value, list):
        for inner in value:
            yield from _find(inner, key)


def clean(value: Any, *, named: bool = False) -> Any:  # noqa: ANN401 - JSON
    """``named``: its keys are names of fields, not words of JSON Schema."""
    if isinstance(value, dict):
        if not named and "patternProperties" in value:
            value = {"additionalProperties": False, **value}
        return {
            key: clean(inner, named=key == "properties" and not named)
            for key, inner in value.items()
            if named or key != "title" or not isinstance(inner, str)
        }
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)  # powertools has every bound as a fraction
    return _LITERAL.sub(r"`\1`", value) if isinstance(value, str) else value
