"""What runs by the clock, and how its last run went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_GRACE = timedelta(minutes=2)
"""A run may take nearly as long as its period, and the clock of a schedule is not exact."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """``name`` is its function's folder; the template says the same of ``every``."""

    name: str
    every: timedelta

    @property
    def late_after(self) -> timedelta:
        """One run may be missed."""
        return 2 * self.every + _GRACE


SCHEDULES = (
    Schedule("due", timedelta(minutes=1)),
    Schedule("daily_reset", timedelta(minutes=15)),
)


@dataclass(frozen=True, slots=True)
class Run:
    """``did`` counts what was done. ``fault`` is the kind of what ended it, and nothing of its words.

    ``failing_since``: when the first of the failures began that were met in a row.
    """

    schedule: str
    began_at: datetime
    ended_at: datetime
    did: Mapping[str, int] = field(default_factory=dict)
    fault: str | None = None
    succeeded_at: datetime | None = None
    failing_since: datetime | None = None
