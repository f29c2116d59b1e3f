"""The limit of a tenant. It lies in the row that counts, so that a new one holds from the next write on."""

from postroom.change import Change, Remove, Set, Step
from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.errors import Conflict, NotFound
from postroom.tenancy.ports import Directory
from postroom.tenancy.rates.model import UsualLimits
from postroom.tenancy.rates.ports import Tallies
from postroom.tenancy.rates.window import new_tally, slot_at


class TenantLimits:
    def __init__(self, directory: Directory, tallies: Tallies, usual: UsualLimits, clock: Clock) -> None:
        self._directory = directory
        self._tallies = tallies
        self._usual = usual
        self._clock = clock

    def of(self, tenant_id: str) -> int:
        """Requests a minute."""
        tally = self._tallies.get(tenant_id)
        return self._usual.tenant if tally is None or tally.per_minute is None else tally.per_minute

    def set(self, tenant_id: str, per_minute: int | None) -> int:
        """None for the usual one. Raises NotFound for a tenant that is none."""
        if self._directory.tenant(tenant_id) is None:
            raise NotFound
        path = ("per_minute",)
        step: Step = Remove(path) if per_minute is None else Set(path, per_minute)
        if not isinstance(self._tallies.apply(tenant_id, Change((step,))), Applied):
            self._tallies.add(tenant_id, new_tally(slot_at(self._clock())))
            if not isinstance(self._tallies.apply(tenant_id, Change((step,))), Applied):
                raise Conflict
        return self._usual.tenant if per_minute is None else per_minute
