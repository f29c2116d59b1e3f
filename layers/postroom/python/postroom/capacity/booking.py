"""Appointments for mails that found no slot, as ``delivery.waiting`` gives them."""

from collections.abc import Mapping, Sequence
from math import inf

from postroom.capacity.carrier import Carrier
from postroom.capacity.waiting import Waiting


def book(waiting: Waiting, count: float, ready: Sequence[Carrier], earliest: float) -> None:
    """Appointments with whoever has the soonest, so that all are booked for about as long."""
    high = waiting.kind.high
    starts = {one: one.booked_until(earliest, high=high) for one in ready}
    waits = {one: one.wait(earliest) for one in ready}
    level = _level(starts, waits, count)
    for one, start in starts.items():
        one.book_until(max(start, level), high=high)
        if start < level:
            waiting.come_in_turn((level - start) / waits[one], start, waits[one])


def _level(starts: Mapping[Carrier, float], waits: Mapping[Carrier, float], count: float) -> float:
    """Until when all of them are booked, after ``count`` more."""
    rate = weighted = 0.0
    level = inf
    for one, start in sorted(starts.items(), key=lambda item: item[1]):
        if start >= level:
            break
        rate += 1 / waits[one]
        weighted += start / waits[one]
        level = (count + weighted) / rate
    return level
