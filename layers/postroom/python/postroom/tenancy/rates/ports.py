"""What the counting of requests needs from the outside."""

from typing import Protocol

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.tenancy.rates.model import RequestCounts


class RequestCountsStore(Protocol):
    """One row for each tenant. All raise Unavailable."""

    def get(self, tenant_id: str) -> RequestCounts | None: ...

    def add(self, tenant_id: str, counted: RequestCounts) -> bool:
        """False when there is one already."""

    def apply(
        self, tenant_id: str, change: Change, entries: Entries = ()
    ) -> Applied[RequestCounts] | Refused[RequestCounts]:
        """``entries`` are written with it or not at all."""
