"""Appointments for mails that found no slot, as ``delivery.waiting`` gives them."""

from collections.abc import Mapping, Sequence
from math import inf

from postroom.capacity.carrier import Carrier
from postroom.capacity.waiting import Waiting


def book(waiting: Waiting, count: float, ready: Sequence[Carrier], earliest: float) -> None:
    """Appointments with whoever has the soonest, so that all are booked for about as long."""
    for one in ready:
        one.booked_at = max(one.booked_at, one.next_at, earliest)
    waits = {one: one.wait(earliest) for one in ready}
    level = _level(waits, count)
    for one, wait in waits.items():
        if one.booked_at < level:
            waiting.come_in_turn((level - one.booked_at) / wait, one.booked_at, wait)
            one.booked_at = level


def _level(waits: Mapping[Carrier, float], count: float) -> float:
    """Until when all of them are booked, after ``count`` more."""
    rate = weighted = 0.0
    level = inf
    for one in sorted(waits, key=lambda one: one.booked_at):
        if one.booked_at >= level:
            break
        rate += 1 / waits[one]
        weighted += one.booked_at / waits[one]
        level = (count + weighted) / rate
    return level
