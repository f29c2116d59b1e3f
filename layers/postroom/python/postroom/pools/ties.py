from postroom.clock import Clock
from postroom.pools.ports import Outstanding, PoolStore

_NAMED_AT_MOST = 10


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
            self._store.take_out(tenant_id, pool.id, account_id, self._clock())
