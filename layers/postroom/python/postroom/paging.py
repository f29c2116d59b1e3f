"""One page of a list: what is asked of a store, and what it gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

T = TypeVar("T")

_READS_PER_PAGE = 10
"""How many times a filtered page is filled up before it is answered short, with a place to go on."""


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


def filled(
    read: Callable[[PageRequest], Page[T]],
    matches: Callable[[T], bool],
    request: PageRequest,
    position: Callable[[T], str],
) -> Page[T]:
    """A page of what matches. May be short, and even empty, with a place to go on."""
    found: list[T] = []
    last = request.after
    for _ in range(_READS_PER_PAGE):
        page = read(replace(request, after=last))
        found += filter(matches, page.items)
        last = page.last
        if last is None or len(found) >= request.limit:
            break
    return page_of(found, request.limit, position) if len(found) > request.limit else Page(tuple(found), last)
