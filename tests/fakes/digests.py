"""Digests in memory."""

from dataclasses import replace
from threading import Lock

from postroom.change import Change
from postroom.clock import moment_at, to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.digests.model import Digest, DigestStatus, Item, Plan
from tests.fakes.leases import MemoryLeased, Row, leased


class MemoryDigests:
    def __init__(self) -> None:
        self._heads = MemoryLeased(_record, _digest)
        self._items: dict[tuple[str, str], dict[str, Item]] = {}
        self._plans: dict[tuple[str, str], Plan] = {}
        self._lock = Lock()

    def add(self, wanted: Digest, item: Item) -> bool:
        key = wanted.tenant_id, wanted.id
        with self._lock:
            inside = self._items.setdefault(key, {})
            if item.event_id in inside:
                return True
            there = self.get(*key)
            if there and there.status is not DigestStatus.OPEN:
                return False
            self._heads.add(replace(wanted, due_at=wanted.first_due_at))
            inside[item.event_id] = item
            return True

    def get(self, tenant_id: str, digest_id: str) -> Digest | None:
        return self._heads.get(tenant_id, digest_id)

    def items(self, tenant_id: str, digest_id: str) -> list[Item]:
        with self._lock:
            return [item for _, item in sorted(self._items.get((tenant_id, digest_id), {}).items())]

    def change(self, tenant_id: str, digest_id: str, change: Change) -> Applied[Digest] | Refused[Digest]:
        with self._lock:
            return self._heads.change(tenant_id, digest_id, change)

    def plan(self, digest: Digest, plan: Plan) -> Plan:
        with self._lock:
            return self._plans.setdefault((digest.tenant_id, digest.id), plan)

    def planned(self, tenant_id: str, digest_id: str) -> Plan | None:
        return self._plans.get((tenant_id, digest_id))

    def due(self, until_ms: int, limit: int) -> list[tuple[str, str]]:
        found = sorted(
            (to_milliseconds(digest.due_at), digest.tenant_id, digest.id)
            for digest in self.every()
            if digest.due_at and to_milliseconds(digest.due_at) <= until_ms
        )
        return [(tenant_id, digest_id) for _, tenant_id, digest_id in found[:limit]]

    def every(self) -> list[Digest]:
        """Of all tenants."""
        found = (self.get(key[0], key[1]) for key in self._heads.rows.all())
        return [digest for digest in found if digest is not None]


def _digest(made: Digest, row: Row) -> Digest:
    of_lease = leased(row)
    for unknown in ("started_at", "finished_at"):
        del of_lease[unknown]
    status, due_at = DigestStatus(row["status"]), moment_at(row.get("due_at"))
    return replace(made, status=status, due_at=due_at, folded=row.get("folded", 0), **of_lease)


def _record(wanted: Digest) -> Row:
    return {
        "status": wanted.status,
        "due_shard": "digest",
        "due_at": to_milliseconds(wanted.first_due_at),
        "claims": wanted.claims,
        "faults": wanted.faults,
    }
