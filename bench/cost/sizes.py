"""How large DynamoDB takes an item to be.

By "DynamoDB item sizes and formats",
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

import base64
from collections.abc import Mapping
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
"""Attributes as DynamoDB writes them: ``{"id": {"S": "…"}}``."""

_CONTAINER = 3
_ENTRY = 1


def item_size(item: Item) -> int:
    """Bytes: the names of the attributes count as their values do."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:  # noqa: PLR0911 - one line for each type there is
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number(content)
        case "B":
            return len(content) if isinstance(content, bytes) else len(base64.b64decode(content))
        case "BOOL" | "NULL":
            return 1
        case "SS" | "NS" | "BS":
            return sum(_size({kind[0]: entry}) for entry in content)
        case "L":
            return _CONTAINER + sum(_ENTRY + _size(entry) for entry in content)
        case "M":
            return _CONTAINER + sum(_ENTRY + len(name.encode()) + _size(entry) for name, entry in content.items())
        case _:
            raise ValueError(f"DynamoDB has no type {kind}")


def _number(text: str) -> int:
    """A byte, one for each two significant digits, and one for a sign."""
    digits = text.lstrip("+-").replace(".", "").strip("0")
    return 1 + (len(digits) + 1) // 2 + text.startswith("-")
