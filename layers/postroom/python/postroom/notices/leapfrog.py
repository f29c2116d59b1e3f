"""What several lists have in common, without reading them all.

All have their places in the same order. One says what its next place is, the others leap there at once, and say what is
theirs from there; where all say the same, it is in all of them. What lies between is never read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

FEW = 20
"""As many places as are billed like a single one: up to 4 kB."""

_MOST = 320


@dataclass(frozen=True, slots=True)
class Some:
    """Places of a list, in order. ``complete``: there are none behind them."""

    places: Sequence[str]
    complete: bool


Read = Callable[[str, int], Some]
"""Up to so many places of a list, the first at or behind the given one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything up to ``place`` has been seen, and whether that one is in all lists."""

    place: str
    shared: bool


class Walk(Protocol):
    def seek(self, place: str, *, passing: bool) -> str | None:
        """The first place at the given one or behind it, or only behind it. Never is one before it sought later."""


class ListWalk:
    """Reads few places at first, and more each time when what was read was needed."""

    def __init__(self, read: Read, *, newest_first: bool) -> None:
        self._read = read
        self._newest_first = newest_first
        self._some = Some((), complete=False)
        self._next = 0
        self._needed = 0
        self._count = FEW

    def seek(self, place: str, *, passing: bool) -> str | None:
        self._leap(place, passing=passing)
        if self._is_used_up and not self._some.complete:
            self._read_on(place)
            self._leap(place, passing=passing)
        if self._is_used_up:
            return None
        self._needed += 1
        return self._some.places[self._next]

    @property
    def _is_used_up(self) -> bool:
        return self._next == len(self._some.places)

    def _leap(self, place: str, *, passing: bool) -> None:
        while not self._is_used_up and self._is_over(self._some.places[self._next], place, passing=passing):
            self._next += 1

    def _is_over(self, one: str, place: str, *, passing: bool) -> bool:
        return (passing and one == place) or (one > place if self._newest_first else one < place)

    def _read_on(self, place: str) -> None:
        if self._some.places:
            self._count = min(self._count * 2, _MOST) if self._needed * 2 >= len(self._some.places) else FEW
        self._some, self._next, self._needed = self._read(place, self._count), 0, 0


class Together:
    """Several lists as one."""

    def __init__(self, walks: Sequence[Walk], *, newest_first: bool) -> None:
        self._walks = walks
        self._first = max if newest_first else min

    def seek(self, place: str, *, passing: bool) -> str | None:
        found = [one for walk in self._walks if (one := walk.seek(place, passing=passing)) is not None]
        return self._first(found, default=None)


def shared(walks: Sequence[Walk], start: str) -> Iterator[Seen]:
    """Behind ``start``, as far as somebody asks."""
    place, passing = start, True
    while True:
        sought, answers = place, set[str]()
        for walk in walks:
            found = walk.seek(place, passing=passing)
            if found is None:
                return
            answers.add(found)
            place, passing = found, False
        passing = len(answers) == 1
        yield Seen(place, shared=True) if passing else Seen(sought, shared=False)
