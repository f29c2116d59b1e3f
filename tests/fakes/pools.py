from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from postroom.paging import Page, PageRequest, page_of
from postroom.pools.model import Pool, Strategy, comparable
from postroom.pools.ports import Written


class MemoryPools:
    def __init__(self) -> None:
        self._pools: dict[tuple[str, str], Pool] = {}
        self._strategies: dict[str, Strategy] = {}
        self.reads = 0

    def add(self, pool: Pool) -> Pool | None:
        there = self.get(pool.tenant_id, pool.id)
        if there is not None:
            return there
        if self._is_taken(pool):
            return None
        self._pools[pool.tenant_id, pool.id] = pool
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

    def replace(self, seen: Pool, pool: Pool) -> Written:
        now = self.get(seen.tenant_id, seen.id)
        if now != pool:
            if now is None or now.revision != seen.revision:
                return Written.STALE
            if self._is_taken(pool):
                return Written.NAME_TAKEN
        self._pools[pool.tenant_id, pool.id] = pool
        return Written.WRITTEN

    def remove(self, seen: Pool) -> bool:
        now = self.get(seen.tenant_id, seen.id)
        if now is not None and now.revision != seen.revision:
            return False
        self._pools.pop((seen.tenant_id, seen.id), None)
        return True

    def holding(self, tenant_id: str, account_id: str) -> tuple[Pool, ...]:
        return tuple(pool for pool in self._of(tenant_id) if account_id in pool.account_ids)

    def take_out(self, tenant_id: str, pool_id: str, account_id: str, now: datetime) -> None:
        pool = self.get(tenant_id, pool_id)
        if pool is not None and account_id in pool.account_ids:
            left = tuple(each for each in pool.account_ids if each != account_id)
            changed = replace(pool, account_ids=left, revision=pool.revision + 1, updated_at=now)
            self._pools[tenant_id, pool_id] = changed

    def strategy(self, tenant_id: str) -> Strategy | None:
        self.reads += 1
        return self._strategies.get(tenant_id)

    def set_strategy(self, tenant_id: str, strategy: Strategy) -> None:
        self._strategies[tenant_id] = strategy

    def _of(self, tenant_id: str) -> list[Pool]:
        return [pool for (owner, _), pool in sorted(self._pools.items()) if owner == tenant_id]

    def _is_taken(self, pool: Pool) -> bool:
        return any(
            other.id != pool.id and comparable(other.name) == comparable(pool.name)
            for other in self._of(pool.tenant_id)
        )


class NoTies:
    """Nothing holds on to any account."""

    def of(self, tenant_id: str, account_id: str) -> tuple[str, ...]:
        return ()

    def cut(self, tenant_id: str, account_id: str) -> None: ...
