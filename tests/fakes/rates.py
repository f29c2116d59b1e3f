from typing import Any

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.errors import Unavailable
from postroom.tenancy.rates.model import Count, RequestCounts
from postroom.tenancy.rates.window import record_of
from tests.fakes.audit import MemoryAuditLog
from tests.fakes.rows import Row, Rows


class MemoryRequestCounts:
    """``writes`` counts what DynamoDB would bill, refused ones too. ``down``: it does not answer."""

    def __init__(self) -> None:
        self._rows = Rows()
        self.log = MemoryAuditLog()
        self.writes = 0
        self.reads = 0
        self.down = False

    def get(self, tenant_id: str) -> RequestCounts | None:
        self._answer()
        self.reads += 1
        row = self._rows.get((tenant_id,))
        return _counted(row) if row else None

    def add(self, tenant_id: str, counted: RequestCounts) -> bool:
        self._answer()
        self.writes += 1
        counts = {subject: record_of(count) for subject, count in counted.counts.items()}
        limit = {} if counted.per_minute is None else {"per_minute": counted.per_minute}
        return self._rows.insert((tenant_id,), {"slot": counted.slot, "counts": counts, **limit})

    def apply(
        self, tenant_id: str, change: Change, entries: Entries = ()
    ) -> Applied[RequestCounts] | Refused[RequestCounts]:
        self._answer()
        self.writes += 1
        outcome = self._rows.change((tenant_id,), change)
        if isinstance(outcome, Applied):
            self.log.write(entries)
            return Applied(_counted(outcome.row))
        return Refused(_counted(outcome.row) if outcome.row else None)

    def _answer(self) -> None:
        if self.down:
            raise Unavailable


def _counted(row: Row) -> RequestCounts:
    return RequestCounts(
        row["slot"], {one: _count(record) for one, record in row["counts"].items()}, row.get("per_minute")
    )


def _count(record: dict[str, Any]) -> Count:
    return Count(record["sum"], {int(place): used for place, used in record.items() if place != "sum"})
