"""What became of a conditional write, and of what was to be put."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Applied(Generic[R_co]):
    row: R_co


@dataclass(frozen=True, slots=True)
class Refused(Generic[R_co]):
    """``row`` is what stood there when the condition refused the write, or None when nothing did."""

    row: R_co | None


class Fate(Enum):
    CREATED = auto()
    CHANGED = auto()
    UNCHANGED = auto()
