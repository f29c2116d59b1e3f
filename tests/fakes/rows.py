"""Rows in memory whose conditional changes are atomic: each is made whole or not at all, whichever thread asks."""

import copy
import threading
from typing import Any

from postroom.change import (
    Absent,
    Add,
    Append,
    AtMost,
    Change,
    Equals,
    OneOf,
    Path,
    Present,
    Remove,
    Requirement,
    Set,
    Step,
)
from postroom.conditional import Applied, Refused

Row = dict[str, Any]
_NOTHING = object()


class Rows:
    def __init__(self) -> None:
        self._rows: dict[tuple[str, ...], Row] = {}
        self._lock = threading.Lock()

    def insert(self, key: tuple[str, ...], row: Row) -> bool:
        with self._lock:
            if key in self._rows:
                return False
            self._rows[key] = copy.deepcopy(row)
            return True

    def put(self, key: tuple[str, ...], row: Row) -> None:
        with self._lock:
            self._rows[key] = copy.deepcopy(row)

    def get(self, key: tuple[str, ...]) -> Row | None:
        with self._lock:
            return copy.deepcopy(self._rows.get(key))

    def remove(self, key: tuple[str, ...]) -> None:
        with self._lock:
            self._rows.pop(key, None)

    def all(self) -> dict[tuple[str, ...], Row]:
        with self._lock:
            return copy.deepcopy(self._rows)

    def change(self, key: tuple[str, ...], change: Change) -> Applied[Row] | Refused[Row]:
        with self._lock:
            row = self._rows.get(key)
            if row is None:
                return Refused(None)
            if not all(holds(row, requirement) for requirement in change.requires):
                return Refused(copy.deepcopy(row))
            changed = copy.deepcopy(row)
            for step in change.steps:
                carry_out(changed, row, step)
            self._rows[key] = changed
            return Applied(copy.deepcopy(changed))


def _value(row: Row, path: Path) -> Any:  # noqa: ANN401 - a row holds anything
    found: Any = row
    for name in path:
        if not isinstance(found, dict) or name not in found:
            return _NOTHING
        found = found[name]
    return found


def holds(row: Row, requirement: Requirement) -> bool:
    found = _value(row, requirement.path)
    match requirement:
        case Equals(value=value):
            return bool(found == value)
        case OneOf(values=values):
            return (None if found is _NOTHING else found) in values
        case AtMost(bound=bound):
            return found is not _NOTHING and bool(found <= bound)
        case Present():
            return found is not _NOTHING
        case Absent():
            return found is _NOTHING


def carry_out(changed: Row, before: Row, step: Step) -> None:
    """As DynamoDB does it: every value is computed from the row as it was before."""
    *parents, name = step.path
    holder: Row = changed
    for parent in parents:
        holder = holder[parent]
    match step:
        case Set(value=value):
            holder[name] = copy.deepcopy(value)
        case Add(amount=amount):
            holder[name] = _value(before, step.path) + amount
        case Append(entry=entry):
            holder[name] = [*_value(before, step.path), entry]
        case Remove():
            holder.pop(name, None)
