"""What became of an account's tries, by local day and by hour. It is written with the settlement of a lot.

That is no write of its own. A day is kept in the account's row until it goes into the history. Of hours there are two
at most, with letters for names: the row is billed by its size.
"""

from collections.abc import Mapping
from datetime import datetime

from postroom.accounts.days import epoch_hour
from postroom.accounts.model import Counter, Tally
from postroom.accounts.record import recent_record
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


def count_recent(counter: Counter, tally: Tally) -> Change:
    """In the hour in which the last of them was made. What two senders' clocks differ by is not told apart."""
    if not tally.classes or tally.tried_at is None:
        return _NOTHING
    known, hour = counter.recent, epoch_hour(tally.tried_at)
    counts = recent_record(tally.classes)
    begun: Record = dict(counts)
    if known is None:
        return Change((Set(("recent",), {str(hour): begun}),), (Absent(("recent",)),))
    newest = max(hour, *known)
    if hour < newest - 1:
        return _NOTHING
    over = Change(tuple(Remove(("recent", str(old))) for old in known if old < newest - 1))
    path = ("recent", str(hour))
    if hour not in known:
        return over + Change((Set(path, begun),), (Present(("recent",)), Absent(path)))
    seen = recent_record(known[hour])
    parts = [_counted((*path, letter), count, known=letter in seen) for letter, count in counts.items()]
    # Another sender may have taken the hour for over since it was seen.
    return sum(parts, over + Change((), (Present(path),)))


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
