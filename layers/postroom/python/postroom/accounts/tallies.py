"""What became of an account's tries, by local day. It is written with the settlement of a lot, at no write of its own.

A day is kept in the account's row until it goes into the history.
"""

from collections.abc import Mapping
from datetime import datetime

from postroom.accounts.model import Counter, Tally
from postroom.change import Absent, Add, Change, Equals, Present, Record, Remove, Set, as_seen
from postroom.clock import to_milliseconds

_NOTHING = Change((), ())


def count_outcomes(counter: Counter, day: str, tally: Tally) -> Change:
    """``day`` is the one in which the tries were reserved. What is in the history already is left as it is."""
    is_finished = day != counter.day
    if not tally.counts or (is_finished and day not in counter.finished):
        return _NOTHING
    same_day = Present(("finished", day)) if is_finished else Equals(("day",), day)
    return Change((), (same_day,)) + _added(counter.tallies, day, tally.counts) + _succeeded(tally.last_success)


def forgotten_outcomes(counter: Counter, day: str) -> Change:
    """Of a day that the history now holds, unless there have been more since."""
    known = (counter.tallies or {}).get(day)
    path = ("tallies", day)
    return Change((Remove(path),) if known is not None else (), (as_seen(path, dict(known) if known else None),))


def _added(tallies: Mapping[str, Mapping[str, int]] | None, day: str, counts: Mapping[str, int]) -> Change:
    begun: Record = dict(counts)
    if tallies is None:
        return Change((Set(("tallies",), {day: begun}),), (Absent(("tallies",)),))
    if day not in tallies:
        return Change((Set(("tallies", day), begun),), (Present(("tallies",)), Absent(("tallies", day))))
    parts = [_counted(("tallies", day, name), count, known=name in tallies[day]) for name, count in counts.items()]
    return sum(parts, _NOTHING)


def _counted(path: tuple[str, ...], count: int, *, known: bool) -> Change:
    if known:
        return Change((Add(path, count),), (Present(path),))
    return Change((Set(path, count),), (Absent(path),))


def _succeeded(at: datetime | None) -> Change:
    return Change((Set(("succeeded_ms",), to_milliseconds(at)),)) if at else _NOTHING
