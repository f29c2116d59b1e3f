"""What the counts of a tenant say at a moment, and the change that counts requests.

A minute is looked back on in slots of five seconds: the present one and the twelve before it, so that no sixty seconds
ever hold more than the limit, wherever they begin. What was counted leaves with its slot, 60 to 65 seconds later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from postroom.change import Add, AtMost, Change, Equals, Path, Record, Requirement, Set, as_seen
from postroom.tenancy.rates.model import TENANT, Allowance, Count, RequestCounts

SLOT_SECONDS = 5
_SLOTS = 13

Limits = Mapping[str, int]
"""Requests a minute, by subject: those of the tenant, and those of the key in question."""


def slot_at(now: datetime) -> int:
    return int(now.timestamp()) // SLOT_SECONDS


def moved(counted: RequestCounts, slot: int) -> RequestCounts:
    """As it is in ``slot``; as it was where that is no later. Subjects that used nothing lately are left out."""
    if slot <= counted.slot:
        return counted
    left_behind = {each % _SLOTS for each in range(counted.slot + 1, min(slot, counted.slot + _SLOTS) + 1)}
    counts = {subject: _without(count, left_behind, slot) for subject, count in counted.counts.items()}
    return replace(counted, slot=slot, counts={one: count for one, count in counts.items() if count.sum})


def room(counted: RequestCounts, limits: Limits) -> int:
    return min(limit - _count(counted, subject).sum for subject, limit in limits.items())


@dataclass(frozen=True, slots=True)
class Taking:
    """Counts ``count`` requests. Who adds in a slot that is open needs only the bound to hold, not the exact number."""

    count: int
    change: Change


def plan_taking(counted: RequestCounts, limits: Limits, slot: int, wanted: int) -> Taking | None:
    """``wanted`` requests or as many as there is room for; None when there is none."""
    now = moved(counted, slot)
    count = min(wanted, room(now, limits))
    if count < 1:
        return None
    change = _opening(counted, now, limits, count) if now.slot > counted.slot else _adding(now, limits, count)
    return Taking(count, change + Change((), (as_seen(("per_minute",), counted.per_minute),)))


def new_counts(slot: int) -> RequestCounts:
    """Has the tenant's count from the first: a change can only add to what is there."""
    return RequestCounts(slot, {TENANT: Count(0, {slot % _SLOTS: 0})})


def record_of(count: Count) -> Record:
    return {"sum": count.sum, **{str(place): used for place, used in count.slots.items()}}


def allowance(counted: RequestCounts, subject: str, limit: int, unspent: int, now: datetime) -> Allowance:
    """``unspent``: what was counted, but is kept here for requests to come."""
    count = _count(counted, subject)
    return Allowance(limit, max(0, limit - count.sum + unspent), _seconds_until_more(counted, count, limit, now))


def seconds_until_room(counted: RequestCounts, limits: Limits, now: datetime) -> int:
    """Where there is none. Who has used up one limit need not wait for more of the other."""
    counts = [(_count(counted, subject), limit) for subject, limit in limits.items()]
    return max(_seconds_until_more(counted, count, limit, now) for count, limit in counts if count.sum >= limit)


def _seconds_until_more(counted: RequestCounts, count: Count, limit: int, now: datetime) -> int:
    """Until more can be used than now: until the oldest that counts has left, and of what is too much all."""
    left = count.sum
    for age in reversed(range(_SLOTS)):
        used = count.slots.get((counted.slot - age) % _SLOTS, 0)
        left -= used
        if used and left < limit:
            leaves_at = (counted.slot - age + _SLOTS) * SLOT_SECONDS
            return max(1, ceil(leaves_at - now.timestamp()))
    return 0


def _adding(now: RequestCounts, limits: Limits, count: int) -> Change:
    total = Change(())
    for subject, limit in limits.items():
        total += _added(subject, now, limit, count) if subject in now.counts else _first(subject, now, count)
    return total + Change((), (Equals(("slot",), now.slot),))


def _added(subject: str, now: RequestCounts, limit: int, count: int) -> Change:
    path: Path = ("counts", subject)
    place = str(now.slot % _SLOTS)
    return Change(
        (Add((*path, "sum"), count), Add((*path, place), count)),
        (AtMost((*path, "sum"), limit - count),),
    )


def _first(subject: str, now: RequestCounts, count: int) -> Change:
    path: Path = ("counts", subject)
    return Change((Set(path, record_of(Count(count, {now.slot % _SLOTS: count}))),), (as_seen(path, None),))


def _opening(before: RequestCounts, now: RequestCounts, limits: Limits, count: int) -> Change:
    counts = dict(now.counts)
    for subject in limits:
        counts[subject] = _plus(_count(now, subject), now.slot, count)
    records = {subject: record_of(each) for subject, each in counts.items()}
    return Change((Set(("slot",), now.slot), Set(("counts",), records)), _as_it_was(before))


def _as_it_was(counted: RequestCounts) -> tuple[Requirement, ...]:
    # Within a slot the tenant's sum only grows, so that the same sum is the same row.
    return Equals(("slot",), counted.slot), as_seen(("counts", TENANT, "sum"), _sum_seen(counted))


def _sum_seen(counted: RequestCounts) -> int | None:
    return counted.counts[TENANT].sum if TENANT in counted.counts else None


def _plus(count: Count, slot: int, more: int) -> Count:
    place = slot % _SLOTS
    return Count(count.sum + more, {**count.slots, place: count.slots.get(place, 0) + more})


def _without(count: Count, places: set[int], slot: int) -> Count:
    kept = {place: used for place, used in count.slots.items() if place not in places and used}
    return Count(sum(kept.values()), {**kept, slot % _SLOTS: 0})


def _count(counted: RequestCounts, subject: str) -> Count:
    return counted.counts.get(subject, Count())
