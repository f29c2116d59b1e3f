"""Digests in memory."""

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from postroom.change import Change
from postroom.clock import to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.digests.model import Digest, DigestStatus, Plan
from tests.fakes.leases import MemoryLeased, Row, leased


class MemoryDigests:
    def __init__(self) -> None:
        self._heads = MemoryLeased(_record, _digest)
        self._items: dict[tuple[str, str], set[str]] = {}
        self._plans: dict[tuple[str, str], Plan] = {}
        self._lock = Lock()

    def add(self, wanted: Digest, event_id: str) -> bool:
        key = wanted.tenant_id, wanted.id
        with self._lock:
            inside = self._items.setdefault(key, set())
            if event_id in inside:
                return True
            there = self.get(*key)
            if there and there.status is not DigestStatus.OPEN:
                return False
            self._heads.add(wanted)
            inside.add(event_id)
            return True

    def add_all(self, wanted: Digest, event_ids: Sequence[str]) -> set[str]:
        return {event_id for event_id in event_ids if self.add(wanted, event_id)}

    def get(self, tenant_id: str, digest_id: str) -> Digest | None:
        return self._heads.get(tenant_id, digest_id)

    def event_ids(self, tenant_id: str, digest_id: str) -> list[str]:
        with self._lock:
            return sorted(self._items.get((tenant_id, digest_id), ()))

    def change(self, tenant_id: str, digest_id: str, change: Change) -> Applied[Digest] | Refused[Digest]:
        with self._lock:
            return self._heads.change(tenant_id, digest_id, change)

    def plan(self, digest: Digest, plan: Plan) -> Plan:
        with self._lock:
            return self._plans.setdefault((digest.tenant_id, digest.id), plan)

    def planned(self, tenant_id: str, digest_id: str) -> Plan | None:
        return self._plans.get((tenant_id, digest_id))

    def due(self, until_ms: int, limit: int) -> list[tuple[str, str]]:
        found = sorted((due_at, *key) for key, due_at in self.entries().items() if due_at <= until_ms)
        return [(tenant_id, digest_id) for _, tenant_id, digest_id in found[:limit]]

    def entries(self) -> dict[tuple[str, str], int]:
        """The due index."""
        return {(key[0], key[1]): row["due_at"] for key, row in self._heads.rows.all().items() if "due_at" in row}

    def every(self) -> list[Digest]:
        """Of all tenants."""
        found = (self.get(key[0], key[1]) for key in self._heads.rows.all())
        return [digest for digest in found if digest is not None]


def _digest(made: Digest, row: Row) -> Digest:
    of_lease = leased(row)
    for unknown in ("started_at", "finished_at"):
        del of_lease[unknown]
    return replace(made, status=DigestStatus(row["status"]), folded=row.get("folded", 0), **of_lease)


def _record(wanted: Digest) -> Row:
    return {
        "status": wanted.status,
        "due_shard": "digest",
        "due_at": to_milliseconds(wanted.first_due_at),
        "claims": wanted.claims,
        "faults": wanted.faults,
    }
