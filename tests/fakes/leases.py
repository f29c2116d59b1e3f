"""Work that has leases, in memory: its rows, and a queue of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.clock import moment_at
from postroom.conditional import Applied, Refused
from postroom.leases.model import Ticket
from tests.fakes.audit import MemoryAuditLog
from tests.fakes.rows import Rows


class _Named(Protocol):
    @property
    def tenant_id(self) -> str: ...

    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)
Row = Mapping[str, Any]


class MemoryLeased(Generic[N]):
    """``record`` is a new row, and ``read`` what it has become of what was made."""

    def __init__(self, record: Callable[[N], Row], read: Callable[[N, Row], N]) -> None:
        self.rows = Rows()
        self.log = MemoryAuditLog()
        self._made: dict[tuple[str, str], N] = {}
        self._record = record
        self._read = read

    def add(self, wanted: N, entries: Entries = ()) -> N:
        key = (wanted.tenant_id, wanted.id)
        there = {name: value for name, value in self._record(wanted).items() if value is not None}
        if self.rows.insert(key, there):
            self._made[key] = wanted
            self.log.write(entries)
            return wanted
        return self.get(*key) or wanted

    def get(self, tenant_id: str, each_id: str) -> N | None:
        row = self.rows.get((tenant_id, each_id))
        return None if row is None else self._read(self._made[tenant_id, each_id], row)

    def all_of(self, tenant_id: str) -> list[N]:
        found = (self.get(key[0], key[1]) for key in self.rows.all() if key[0] == tenant_id)
        return [each for each in found if each is not None]

    def change(self, tenant_id: str, each_id: str, change: Change, entries: Entries = ()) -> Applied[N] | Refused[N]:
        made, outcome = self._made.get((tenant_id, each_id)), self.rows.change((tenant_id, each_id), change)
        row = None if made is None or outcome.row is None else self._read(made, outcome.row)
        if row is None or isinstance(outcome, Refused):
            return Refused(row)
        self.log.write(entries)
        return Applied(row)


def leased(row: Row) -> dict[str, Any]:
    """What all work that has leases has in common."""
    return {
        "detail": row.get("detail"),
        "holder": row.get("holder"),
        "leased_until": moment_at(row.get("leased_until_ms")),
        "claims": row["claims"],
        "faults": row["faults"],
        "started_at": moment_at(row.get("started_ms")),
        "finished_at": moment_at(row.get("finished_ms")),
    }


class MemoryTickets:
    def __init__(self) -> None:
        self.waiting: list[tuple[Ticket, int]] = []

    def put(self, ticket: Ticket, delay_seconds: int = 0) -> None:
        self.waiting.append((ticket, delay_seconds))

    def put_all(self, tickets: Sequence[Ticket]) -> int:
        for ticket in tickets:
            self.put(ticket)
        return len(tickets)
