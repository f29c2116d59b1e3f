"""A change of one row, as data: what it does, and what must still be true for it to count.

Pure rules make it (``accounts.quota``, ``messages.life``); a store carries it out in one conditional write.
"""

from dataclasses import dataclass

Path = tuple[str, ...]
Scalar = bool | int | str
Record = dict[str, int | str]
Entry = dict[str, int | str | bytes]
Plain = Scalar | dict[str, int] | dict[str, str] | Record | dict[str, Record] | list[Entry]


@dataclass(frozen=True, slots=True)
class Set:
    path: Path
    value: Plain


@dataclass(frozen=True, slots=True)
class Add:
    """Adds to a number that is there."""

    path: Path
    amount: int


@dataclass(frozen=True, slots=True)
class Append:
    """Adds an entry to the end of a list that is there."""

    path: Path
    entry: Entry


@dataclass(frozen=True, slots=True)
class Remove:
    path: Path


@dataclass(frozen=True, slots=True)
class Equals:
    path: Path
    value: Plain


@dataclass(frozen=True, slots=True)
class OneOf:
    """None among the ``values`` is nothing at all."""

    path: Path
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class AtMost:
    path: Path
    bound: int


@dataclass(frozen=True, slots=True)
class Present:
    path: Path


@dataclass(frozen=True, slots=True)
class Absent:
    path: Path


Step = Set | Add | Append | Remove
Requirement = Equals | OneOf | AtMost | Present | Absent


@dataclass(frozen=True, slots=True)
class Change:
    """Several changes of different parts of one row add up to one write."""

    steps: tuple[Step, ...]
    requires: tuple[Requirement, ...] = ()

    def __add__(self, other: "Change") -> "Change":
        return Change(self.steps + other.steps, self.requires + other.requires)


def as_seen(path: Path, value: Plain | None) -> Requirement:
    """What was there, ``value``, is there still; None is nothing."""
    return Absent(path) if value is None else Equals(path, value)
