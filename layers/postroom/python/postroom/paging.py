"""One page of a list: what is asked of a store, and what it gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """``after`` is where the page before ended, in the store's own words, and never the tenant: the caller has that."""

    limit: int = 50
    after: str | None = None
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """``last`` is where the next page begins behind, or None at the end of the list."""

    items: tuple[T, ...]
    last: str | None = None


def page_of(found: Sequence[T], limit: int, position: Callable[[T], str]) -> Page[T]:
    """A page from up to ``limit`` + 1 items: the one more tells that there is a next page."""
    items = tuple(found[:limit])
    return Page(items, position(items[-1]) if len(found) > limit else None)
