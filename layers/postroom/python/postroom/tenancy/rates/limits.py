"""The limit of a tenant. It lies in the row that counts, so that a new one holds from the next write on."""

from postroom.audit.acting import entries_of
from postroom.change import Change, Remove, Set, Step, as_seen
from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.errors import Conflict, NotFound
from postroom.tenancy.deeds import limits_changed
from postroom.tenancy.ports import Directory
from postroom.tenancy.rates.model import UsualLimits
from postroom.tenancy.rates.ports import RequestCountsStore
from postroom.tenancy.rates.window import new_counts, slot_at

_TRIES = 5
"""How often it is set again because somebody else did so, or because there was nothing to set it in."""


class TenantLimits:
    def __init__(self, directory: Directory, counts: RequestCountsStore, usual: UsualLimits, clock: Clock) -> None:
        self._directory = directory
        self._counts = counts
        self._usual = usual
        self._clock = clock

    def of(self, tenant_id: str) -> int:
        """Requests a minute."""
        counted = self._counts.get(tenant_id)
        return self._usual.tenant if counted is None or counted.per_minute is None else counted.per_minute

    def set(self, tenant_id: str, per_minute: int | None) -> int:
        """None for the usual one. Raises NotFound for a tenant that is none."""
        if self._directory.tenant(tenant_id) is None:
            raise NotFound
        for _ in range(_TRIES):
            if self._is_set(tenant_id, per_minute):
                return self._usual.tenant if per_minute is None else per_minute
        raise Conflict

    def _is_set(self, tenant_id: str, per_minute: int | None) -> bool:
        """False when there was nothing to set it in, which there is now, or somebody else set it meanwhile."""
        counted, path = self._counts.get(tenant_id), ("per_minute",)
        if counted is None:
            self._counts.add(tenant_id, new_counts(slot_at(self._clock())))
            return False
        if counted.per_minute == per_minute:
            return True
        step: Step = Remove(path) if per_minute is None else Set(path, per_minute)
        change = Change((step,), (as_seen(path, counted.per_minute),))
        entries = entries_of(tenant_id, limits_changed(tenant_id, counted.per_minute, per_minute))
        return isinstance(self._counts.apply(tenant_id, change, entries), Applied)
