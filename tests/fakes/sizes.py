"""What DynamoDB takes an item's size to be, by its own rules; a write costs a unit for each begun kilobyte of it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from collections.abc import Mapping
from typing import Any

UNIT = 1024


def item_size(item: Mapping[str, Any]) -> int:
    """Of an item as boto3's client gives it, with the types of its values."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    [(kind, plain)] = value.items()
    match kind:
        case "S":
            return len(plain.encode())
        case "N":
            return (len(plain.strip("-")) + 1) // 2 + 1
        case "B":
            return len(plain)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(part) for name, part in plain.items())
        case "L":
            return 3 + sum(1 + _size(part) for part in plain)
        case _:
            return 1
