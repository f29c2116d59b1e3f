from dataclasses import replace

from postroom.audit.acting import entries_of
from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.pools.deeds import pool_changed
from postroom.pools.model import Pool
from postroom.pools.ports import Outstanding, PoolStore, Written

_NAMED_AT_MOST = 10
_TRIES = 10
"""How often a pool is left anew because somebody else changed it."""


class AccountTies:
    """What holds on to an account: see ``accounts.ports.Ties``."""

    def __init__(self, store: PoolStore, outstanding: Outstanding, clock: Clock) -> None:
        self._store = store
        self._outstanding = outstanding
        self._clock = clock

    def of(self, tenant_id: str, account_id: str) -> tuple[str, ...]:
        pools = self._store.holding(tenant_id, account_id)
        naming = self._outstanding.of_account(tenant_id, account_id)
        names = [f"{pool.name} ({pool.id})" for pool in pools[:_NAMED_AT_MOST]]
        more = [f"{len(pools) - _NAMED_AT_MOST} more"] if len(pools) > _NAMED_AT_MOST else []
        in_pools = (f"in the pool{'s' if len(pools) > 1 else ''} {', '.join(names + more)}",) if pools else ()
        return (*in_pools, f"named {naming}") if naming else in_pools

    def cut(self, tenant_id: str, account_id: str) -> None:
        for pool in self._store.holding(tenant_id, account_id):
            self._take_out(pool, account_id)

    def _take_out(self, pool: Pool, account_id: str) -> None:
        """Leaves the pool without this account, perhaps empty. Raises Unavailable."""
        seen: Pool | None = pool
        for _ in range(_TRIES):
            if seen is None or account_id not in seen.account_ids:
                return
            left = tuple(each for each in seen.account_ids if each != account_id)
            without = replace(seen, account_ids=left, revision=seen.revision + 1, updated_at=self._clock())
            entries = entries_of(pool.tenant_id, pool_changed(seen, without))
            if self._store.replace(seen, without, entries) is Written.WRITTEN:
                return
            seen = self._store.get(pool.tenant_id, pool.id)
        raise Unavailable
