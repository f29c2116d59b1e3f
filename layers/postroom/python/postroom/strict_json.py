"""JSON as everybody reads it. Refuses what others would understand differently, and what nothing can store."""

import json
import re
from typing import Any, NoReturn

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Refused(ValueError):
    """Its text goes behind the name of what was read: "is not JSON: …"."""


def read_strictly(text: str) -> object:
    """Raises Refused, also for NaN, for a name given twice, and for half of a surrogate pair."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise Refused(f"is not JSON: {error.msg} at {line}column {error.colno}") from error
    except Refused:
        raise
    except (ValueError, RecursionError) as error:
        raise Refused("is JSON with a number too long or nested too deep to read") from error
    if _has_half_a_character(text, value):
        raise Refused("has half of a surrogate pair, which is no character")
    return value


def _has_half_a_character(text: str, value: object) -> bool:
    if not _SURROGATE.search(text):
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _refuse_constant(name: str) -> NoReturn:
    raise Refused(f"is not JSON: {name} is no JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("has an object that gives the same name twice")
    return found
