"""Work that takes longer than one worker lives: who has it, until when, and what became of those before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

LEASE = timedelta(minutes=2)
"""Longer than a portion of work takes, whatever the tables do."""

MOST_CLAIMS = 3
"""Of whoever died since the last progress. The queue has to deliver once more for work to be given up, and twice after
a fault, which is not counted."""

GIVEN_UP = "It came to no end however often it was begun again"


class Leased(Protocol):
    """A row of which somebody has a lease: ``holder`` works on it until ``leased_until``.

    ``claims``: how often somebody began to since the last progress, and may have died; ``faults``: how often somebody
    could not go on.
    """

    @property
    def tenant_id(self) -> str: ...

    @property
    def id(self) -> str: ...

    @property
    def holder(self) -> str | None: ...

    @property
    def leased_until(self) -> datetime | None: ...

    @property
    def claims(self) -> int: ...

    @property
    def faults(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the queue carries: what is to be worked on.

    ``faults``: how often it was put off since the last progress, because something did not answer.
    """

    tenant_id: str
    id: str
    faults: int = 0


def is_held(seen: Leased, now: datetime) -> bool:
    return seen.leased_until is not None and now < seen.leased_until


def seconds_left(seen: Leased, now: datetime) -> int:
    """Until the lease is over, rounded up."""
    left = seen.leased_until - now if seen.leased_until else timedelta()
    return max(0, int(left.total_seconds())) + 1
