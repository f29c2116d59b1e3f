"""One look at a service that may not answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from postroom import faults
from postroom.errors import Unavailable

T = TypeVar("T")
Look = Callable[[], T]


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """A part of the whole: what was answered, or the kind of the fault."""

    value: T | None
    fault: str | None = None


def asked(look: Look[T]) -> Asked[T]:
    """A service that does not answer takes nothing else along."""
    try:
        return Asked(look())
    except Unavailable as error:
        return Asked(None, faults.kind(error))
