"""The changes of an event's row, as data: who works on it, how far it is, how it ends."""

from collections.abc import Mapping
from datetime import datetime

from postroom.change import Change, Equals, OneOf, Remove, Requirement, Set, Step, as_seen
from postroom.clock import to_milliseconds
from postroom.events.model import TRANSITIONS, WORKED_ON, Event, EventStatus
from postroom.leases import life
from postroom.leases.model import LEASE

_PLACE_WITH_LEASE = LEASE + life.LOOKED_FOR_AFTER


def claim(seen: Event, holder: str, faults: int, now: datetime) -> Change:
    """Whoever begins with one that waits makes it run."""
    begins = seen.status is EventStatus.WAITING
    begun = (Set(("status",), EventStatus.RUNNING), Set(("started_ms",), to_milliseconds(now))) if begins else ()
    here = Change((*begun, _looked_for(now + _PLACE_WITH_LEASE)), (Equals(("status",), seen.status),))
    return life.claim(seen, holder, faults, now) + here


def advanced(seen: Event, place: str | None, told: Mapping[str, int], now: datetime) -> Change:
    """``told`` is all that was counted by then. It goes with the place, so that nobody is counted twice."""
    moved: Step = Remove(("goes_on",)) if place is None else Set(("goes_on",), place)
    steps = (moved, Set(("told",), dict(told)), _looked_for(now + _PLACE_WITH_LEASE))
    requires = (Equals(("status",), EventStatus.RUNNING), as_seen(("goes_on",), seen.place))
    return life.progress(seen, now) + Change(steps, requires)


def finish(seen: Event, status: EventStatus, detail: str | None, now: datetime) -> Change:
    told: tuple[Step, ...] = (Set(("detail",), detail),) if detail else ()
    steps = (Set(("finished_ms",), to_milliseconds(now)), Remove(("due_shard",)), Remove(("due_at",)), *told)
    return life.let_go(seen) + _to(status) + Change(steps)


def looked_for(seen: Event, now: datetime) -> Change:
    return life.looked_for(seen.created_at, WORKED_ON, now)


def _looked_for(moment: datetime) -> Set:
    return Set(("due_at",), to_milliseconds(moment))


def _to(status: EventStatus) -> Change:
    allowed: Requirement = OneOf(
        ("status",), tuple(sorted(before for before, following in TRANSITIONS.items() if status in following))
    )
    return Change((Set(("status",), status),), (allowed,))
