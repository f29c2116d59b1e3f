"""What waits, and what is foretold of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from postroom.messages.model import Priority


@dataclass(frozen=True, slots=True)
class Group:
    """Messages of one priority that may use the same accounts.

    ``candidates`` are ids of accounts. ``returning`` says how many come to a
    sender at which moment; a moment that is over stands for now. ``each`` is how many recipients one has on average.
    """

    priority: Priority
    candidates: frozenset[str]
    returning: Mapping[datetime, float]
    each: float = 1.0

    @property
    def count(self) -> float:
        return sum(self.returning.values())


@dataclass(frozen=True, slots=True)
class Outlook:
    """What becomes of one group: how many have gone by each moment that was asked for, and when the last one has.

    ``gone_at`` is None when some are left at the end of the forecast; ``left`` says how many.
    """

    group: Group
    gone_by: Mapping[datetime, float] = field(default_factory=dict)
    gone_at: datetime | None = None
    left: float = 0.0
