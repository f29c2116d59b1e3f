"""In which order groups that come at once are looked at."""

from collections.abc import Iterator, Sequence

from postroom.capacity.waiting import Waiting
from postroom.messages.model import Priority

_PORTIONS = 8
"""Of what comes at once and competes with other groups."""

_ACCOUNTS_LOOKED_AT = 400
"""In one step, about: where there are many, they are looked at in fewer portions."""

Arrival = tuple[Waiting, float]
"""A group, and how many of it come to a sender."""


def portions_of(arriving: Sequence[Arrival]) -> Iterator[Sequence[Arrival]]:
    """As batches bring them: of each priority as many, mixed of its groups. What has one account alone is first."""
    if len(arriving) <= 1:
        yield arriving
        return
    looked_at = sum(len(waiting.carriers) for waiting, _ in arriving)
    portions = min(_PORTIONS, max(1, _ACCOUNTS_LOOKED_AT // max(1, looked_at)))
    totals: dict[Priority, float] = {}
    for waiting, count in arriving:
        totals[waiting.group.priority] = totals.get(waiting.group.priority, 0.0) + count
    size = max(1.0, max(totals.values()) / portions)
    ordered = sorted(arriving, key=_turn)
    for portion in range(portions):
        parts = {priority: _part(portion * size, size, total) for priority, total in totals.items()}
        yield [(one, count * part) for one, count in ordered if (part := parts[one.group.priority]) > 0]


def _turn(arrival: Arrival) -> tuple[int, int]:
    waiting, _ = arrival
    return len(waiting.carriers), waiting.group.priority.rank


def _part(begin: float, size: float, total: float) -> float:
    """Which part of ``total`` lies between ``begin`` and ``size`` behind it."""
    return max(0.0, min(begin + size, total) - begin) / total
