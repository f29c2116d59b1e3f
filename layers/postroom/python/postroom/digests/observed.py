"""Counts digests that are made, and what they tell of, off the write that ends them."""

from collections.abc import Sequence

from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.digests.model import Digest, Plan
from postroom.digests.ports import DigestStore
from postroom.metrics.model import DIGESTS, FOLDED
from postroom.metrics.ports import Meter


class ObservedDigests:
    """A ``DigestStore``. One that became no mail is not counted: all of it was unwanted, or went into the next one."""

    def __init__(self, store: DigestStore, meter: Meter) -> None:
        self._store = store
        self._meter = meter

    def change(self, tenant_id: str, digest_id: str, change: Change) -> Applied[Digest] | Refused[Digest]:
        outcome = self._store.change(tenant_id, digest_id, change)
        if isinstance(outcome, Applied) and outcome.row.folded:
            self._meter.concerns(tenant_id)
            self._meter.count(DIGESTS)
            self._meter.count(FOLDED, times=outcome.row.folded)
        return outcome

    # What tells of nothing.

    def add(self, wanted: Digest, event_id: str) -> bool:
        return self._store.add(wanted, event_id)

    def add_all(self, wanted: Digest, event_ids: Sequence[str]) -> set[str]:
        return self._store.add_all(wanted, event_ids)

    def get(self, tenant_id: str, digest_id: str) -> Digest | None:
        return self._store.get(tenant_id, digest_id)

    def event_ids(self, tenant_id: str, digest_id: str) -> list[str]:
        return self._store.event_ids(tenant_id, digest_id)

    def plan(self, digest: Digest, plan: Plan) -> Plan:
        return self._store.plan(digest, plan)

    def planned(self, tenant_id: str, digest_id: str) -> Plan | None:
        return self._store.planned(tenant_id, digest_id)

    def due(self, until_ms: int, limit: int) -> list[tuple[str, str]]:
        return self._store.due(until_ms, limit)
