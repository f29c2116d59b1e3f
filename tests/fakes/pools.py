from collections.abc import Iterable
from dataclasses import replace

from postroom.audit.model import Entries
from postroom.paging import Page, PageRequest, page_of
from postroom.pools.model import Pool, Strategy, comparable
from postroom.pools.ports import Written
from tests.fakes.audit import MemoryAuditLog


class MemoryPools:
    def __init__(self) -> None:
        self._pools: dict[tuple[str, str], Pool] = {}
        self._strategies: dict[str, Strategy] = {}
        self.reads = 0
        self.log = MemoryAuditLog()

    def add(self, pool: Pool, entries: Entries = ()) -> Pool | None:
        there = self.get(pool.tenant_id, pool.id)
        if there is not None:
            return there
        if self._is_taken(pool):
            return None
        self._pools[pool.tenant_id, pool.id] = pool
        self.log.write(entries)
        return pool

    def get(self, tenant_id: str, pool_id: str) -> Pool | None:
        return self._pools.get((tenant_id, pool_id))

    def get_many(self, tenant_id: str, pool_ids: Iterable[str]) -> dict[str, Pool]:
        self.reads += 1
        return {pool_id: pool for pool_id in pool_ids if (pool := self.get(tenant_id, pool_id))}

    def page(self, tenant_id: str, request: PageRequest) -> Page[Pool]:
        found = sorted(self._of(tenant_id), key=lambda pool: pool.id, reverse=request.newest_first)
        if request.after is not None:
            after = request.after
            found = [pool for pool in found if (pool.id < after if request.newest_first else pool.id > after)]
        return page_of(found, request.limit, lambda pool: pool.id)

    def replace(self, seen: Pool, pool: Pool, entries: Entries = ()) -> Written:
        now = self.get(seen.tenant_id, seen.id)
        if now != pool:
            if now is None or now.revision != seen.revision:
                return Written.STALE
            if self._is_taken(pool):
                return Written.NAME_TAKEN
            self.log.write(entries)
        self._pools[pool.tenant_id, pool.id] = pool
        return Written.WRITTEN

    def remove(self, seen: Pool, entries: Entries = ()) -> bool:
        now = self.get(seen.tenant_id, seen.id)
        if now is not None and now.revision != seen.revision:
            return False
        if self._pools.pop((seen.tenant_id, seen.id), None):
            self.log.write(entries)
        return True

    def holding(self, tenant_id: str, account_id: str) -> tuple[Pool, ...]:
        return tuple(pool for pool in self._of(tenant_id) if account_id in pool.account_ids)

    def strategy(self, tenant_id: str) -> Strategy | None:
        self.reads += 1
        return self._strategies.get(tenant_id)

    def replace_strategy(
        self, tenant_id: str, seen: Strategy | None, strategy: Strategy, entries: Entries = ()
    ) -> bool:
        if self._strategies.get(tenant_id) is not seen:
            return self._strategies.get(tenant_id) is strategy
        self._strategies[tenant_id] = strategy
        self.log.write(entries)
        return True

    def _of(self, tenant_id: str) -> list[Pool]:
        return [pool for (owner, _), pool in sorted(self._pools.items()) if owner == tenant_id]

    def _is_taken(self, pool: Pool) -> bool:
        return any(
            other.id != pool.id and comparable(other.name) == comparable(pool.name)
            for other in self._of(pool.tenant_id)
        )


def take_out(pools: MemoryPools, tenant_id: str, pool_id: str, account_id: str) -> None:
    """As the deletion of an account does it."""
    seen = pools.get(tenant_id, pool_id)
    assert seen is not None
    left = tuple(each for each in seen.account_ids if each != account_id)
    pools.replace(seen, replace(seen, account_ids=left, revision=seen.revision + 1))


def choose(pools: MemoryPools, tenant_id: str, strategy: Strategy) -> None:
    pools.replace_strategy(tenant_id, pools.strategy(tenant_id), strategy)


class NoTies:
    """Nothing holds on to any account."""

    def of(self, tenant_id: str, account_id: str) -> tuple[str, ...]:
        return ()

    def cut(self, tenant_id: str, account_id: str) -> None: ...
