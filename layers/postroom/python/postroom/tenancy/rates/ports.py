"""What the counting of requests needs from the outside."""

from typing import Protocol

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.tenancy.rates.model import Tally


class Tallies(Protocol):
    """One row for each tenant. All raise Unavailable."""

    def get(self, tenant_id: str) -> Tally | None: ...

    def add(self, tenant_id: str, tally: Tally) -> bool:
        """False when there is one already."""

    def apply(self, tenant_id: str, change: Change, entries: Entries = ()) -> Applied[Tally] | Refused[Tally]:
        """``entries`` are written with it or not at all."""
