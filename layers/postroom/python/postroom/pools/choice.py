"""How a tenant wants accounts to be chosen where neither a message nor its pool says."""

from postroom.audit.acting import entries_of
from postroom.errors import Conflict
from postroom.pools.deeds import settings_changed
from postroom.pools.model import Strategy
from postroom.pools.ports import PoolStore


class ReadChoice:
    def __init__(self, store: PoolStore) -> None:
        self._store = store

    def __call__(self, tenant_id: str) -> Strategy:
        return self._store.strategy(tenant_id) or Strategy.RANDOM


class ChangeChoice:
    def __init__(self, store: PoolStore) -> None:
        self._store = store

    def __call__(self, tenant_id: str, strategy: Strategy) -> Strategy:
        """Writes nothing when it is so already. Raises Conflict when somebody else changes it at the same time."""
        seen = self._store.strategy(tenant_id)
        entries = entries_of(tenant_id, settings_changed(seen, strategy))
        if seen is not strategy and not self._store.replace_strategy(tenant_id, seen, strategy, entries):
            raise Conflict("The settings were changed by somebody else meanwhile; read them and try again")
        return strategy
