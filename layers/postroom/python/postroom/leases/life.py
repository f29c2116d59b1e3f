"""What a lease changes of its row, as data; each kind of work adds what its status asks for."""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from postroom.change import Add, AtMost, Change, Equals, OneOf, Remove, Set, as_seen
from postroom.clock import to_milliseconds
from postroom.leases.model import LEASE, Leased

LOOKED_FOR_AFTER = timedelta(minutes=2)
"""As long as its ticket may well be on its way, nobody looks for what is to be done."""

_LOOKED_FOR_AT_MOST = timedelta(hours=1)


def claim(seen: Leased, holder: str, faults: int, now: datetime) -> Change:
    """For who found it held by nobody, or by somebody whose lease is over.

    After one more fault it is not counted: whoever had it did not die, but told of that fault. Nor when it was given
    back after one: there may be two tickets, and the other has the fault.
    """
    lease_ms = to_milliseconds(seen.leased_until) if seen.leased_until else None
    given_back = seen.faults > 0 and seen.holder is None
    counted = () if faults > seen.faults or given_back else (Add(("claims",), 1),)
    return Change(
        (Set(("holder",), holder), _lease(now), Set(("faults",), max(faults, seen.faults)), *counted),
        (as_seen(("holder",), seen.holder), as_seen(("leased_until_ms",), lease_ms)),
    )


def progress(seen: Leased, now: datetime) -> Change:
    """Refused to who lost it to somebody else meanwhile."""
    return Change((Set(("claims",), 0), Set(("faults",), 0), _lease(now)), _held_by(seen))


def let_go(seen: Leased) -> Change:
    return Change((Remove(("holder",)), Remove(("leased_until_ms",))), _held_by(seen))


def looked_for(since: datetime, worked_on: AbstractSet[str], now: datetime) -> Change:
    """For one of those who find it due at once. Each time in vain makes the next one later.

    A deep queue must not breed copies of what is in it. ``worked_on``: of which status it has to be.
    """
    pause = min(max(LOOKED_FOR_AFTER, now - since), _LOOKED_FOR_AT_MOST)
    requires = (OneOf(("status",), tuple(sorted(worked_on))), AtMost(("due_at",), to_milliseconds(now)))
    return Change((Set(("due_at",), to_milliseconds(now + pause)),), requires)


def _held_by(seen: Leased) -> tuple[Equals, ...]:
    return (Equals(("holder",), seen.holder or ""),)


def _lease(now: datetime) -> Set:
    return Set(("leased_until_ms",), to_milliseconds(now + LEASE))
