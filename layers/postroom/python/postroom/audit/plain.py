"""Values of a model as plain JSON, the same each time."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
from typing import Any


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever a model holds
    """All of a dataclass: for what has no secrets. Sets are sorted."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(name)): plain(each) for name, each in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(map(plain, value))
    if isinstance(value, list | tuple):
        return list(map(plain, value))
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | time) else value
