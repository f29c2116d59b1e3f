"""What several lists have in common, read from whichever is the narrowest there.

All have their entries in the same order, and each entry tells whether it is wanted, by all that is asked of it. So any
one of the lists would do, and the fewer entries it has, the less is read. Which that is may change on the way: now and
then all are asked for some, and the one that comes furthest with them is gone on with. What the others have up to there
is never read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count as count_up

_MOST_AT_ONCE = 400
_TURNS = 4
"""How often one list is read before all are asked again."""


@dataclass(frozen=True, slots=True)
class Entry:
    place: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Some:
    """Entries of a list, in order. ``complete``: there are none behind them."""

    entries: Sequence[Entry]
    complete: bool


Read = Callable[[str, int], Some]
"""So many entries of a list behind a place, or fewer at its end."""


@dataclass(frozen=True, slots=True)
class Order:
    newest_first: bool

    def is_behind(self, one: str, other: str) -> bool:
        return one < other if self.newest_first else one > other

    def furthest(self, places: Sequence[str]) -> str:
        return min(places) if self.newest_first else max(places)

    def nearest(self, places: Sequence[str]) -> str:
        return max(places) if self.newest_first else min(places)


class OneList:
    """Asks no more of a list whose end it has seen."""

    def __init__(self, read: Read, order: Order) -> None:
        self._read = read
        self._order = order
        self._rest: Sequence[Entry] | None = None

    def __call__(self, place: str, count: int) -> Some:
        if self._rest is not None:
            return Some([one for one in self._rest if self._order.is_behind(one.place, place)], complete=True)
        some = self._read(place, count)
        if some.complete:
            self._rest = some.entries
        return some


class Together:
    """Several lists as one, as far as all of them are known."""

    def __init__(self, lists: Sequence[Read], order: Order) -> None:
        self._lists = lists
        self._order = order

    def __call__(self, place: str, count: int) -> Some:
        parts = [read(place, count) for read in self._lists]
        ends = [part.entries[-1].place for part in parts if not part.complete]
        entries = [one for part in parts for one in part.entries]
        if ends:
            known_to = self._order.nearest(ends)
            entries = [one for one in entries if not self._order.is_behind(one.place, known_to)]
        entries.sort(key=lambda one: one.place, reverse=self._order.newest_first)
        return Some(entries, complete=not ends)


def narrowest(lists: Sequence[Read], start: str, count: int, order: Order) -> Iterator[Some]:
    """All that is wanted behind ``start``, among other entries, some at a time. ``count``: how many to begin with."""
    place, asked = start, lists
    for turn in count_up():
        answers = [(read(place, count), read) for read in (lists if turn % _TURNS == 0 else asked)]
        some, read = _furthest(answers, order)
        yield some
        if some.complete:
            return
        place, asked = some.entries[-1].place, [read]
        if sum(one.wanted for one in some.entries) * 2 < len(some.entries):
            count = min(count * 2, _MOST_AT_ONCE)


def _furthest(answers: Sequence[tuple[Some, Read]], order: Order) -> tuple[Some, Read]:
    for some, read in answers:
        if some.complete:
            return some, read
    ends = [some.entries[-1].place for some, _ in answers]
    return answers[ends.index(order.furthest(ends))]
