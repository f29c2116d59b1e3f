"""The owner's hand on the pools: create, change, delete."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from postroom.audit.acting import entries_of
from postroom.clock import Clock
from postroom.errors import Conflict, FieldError, Invalid, NotFound
from postroom.ids import Seed
from postroom.paging import Page, PageRequest
from postroom.pools.deeds import pool_changed, pool_created, pool_deleted
from postroom.pools.model import Pool, Strategy
from postroom.pools.ports import Outstanding, PoolStore, Written

KnownAccounts = Callable[[str, Collection[str]], set[str]]
"""Which of these are accounts of a tenant."""

PoolsChanged = Callable[[str], None]
"""Told a tenant's id when its pools are others than before, so that what waits for one is looked at again."""


@dataclass(frozen=True, slots=True)
class PoolRequest:
    """A pool as it is asked for; ``account_ids`` in the order in which they were named."""

    name: str
    account_ids: tuple[str, ...]
    strategy: Strategy | None


class FindPools:
    def __init__(self, store: PoolStore) -> None:
        self._store = store

    def one(self, tenant_id: str, pool_id: str, revision: int | None = None) -> Pool:
        """Raises NotFound, and Conflict when a ``revision`` is wanted and it is another."""
        pool = self._store.get(tenant_id, pool_id)
        if pool is None:
            raise NotFound
        if revision not in {None, pool.revision}:
            raise _changed_meanwhile()
        return pool

    def page(self, tenant_id: str, request: PageRequest) -> Page[Pool]:
        return self._store.page(tenant_id, request)


class CreatePool:
    def __init__(self, store: PoolStore, known_accounts: KnownAccounts, clock: Clock) -> None:
        self._store = store
        self._known_accounts = known_accounts
        self._clock = clock

    def __call__(self, tenant_id: str, wanted: PoolRequest, seed: Seed) -> Pool:
        """The same seed gives the same pool. Raises Invalid naming every account that is not the tenant's."""
        check_accounts(wanted.account_ids, self._known_accounts(tenant_id, wanted.account_ids))
        now = self._clock()
        pool = Pool(
            tenant_id=tenant_id,
            id=seed.id("pool"),
            name=wanted.name,
            account_ids=_each_once(wanted.account_ids),
            strategy=wanted.strategy,
            revision=1,
            created_at=now,
            updated_at=now,
        )
        stored = self._store.add(pool, entries_of(tenant_id, pool_created(pool)))
        if stored is None:
            raise _taken()
        return stored


class ChangePool:
    def __init__(
        self, store: PoolStore, known_accounts: KnownAccounts, pools_changed: PoolsChanged, clock: Clock
    ) -> None:
        self._store = store
        self._known_accounts = known_accounts
        self._pools_changed = pools_changed
        self._clock = clock

    def __call__(self, seen: Pool, wanted: PoolRequest) -> Pool:
        """Replaces the pool as it was seen. Raises Invalid, and Conflict when somebody else changed it meanwhile.

        Only accounts that are new to it are looked up: one that was deleted may stand in it until it is left out.
        """
        added = set(wanted.account_ids) - set(seen.account_ids)
        check_accounts(wanted.account_ids, self._known_accounts(seen.tenant_id, added) | set(seen.account_ids))
        pool = replace(
            seen,
            name=wanted.name,
            account_ids=_each_once(wanted.account_ids),
            strategy=wanted.strategy,
            revision=seen.revision + 1,
            updated_at=self._clock(),
        )
        match self._store.replace(seen, pool, entries_of(seen.tenant_id, pool_changed(seen, pool))):
            case Written.NAME_TAKEN:
                raise _taken()
            case Written.STALE:
                raise _changed_meanwhile()
            case Written.WRITTEN:
                self._pools_changed(seen.tenant_id)
                return pool


class DeletePool:
    def __init__(self, store: PoolStore, outstanding: Outstanding, pools_changed: PoolsChanged) -> None:
        self._store = store
        self._outstanding = outstanding
        self._pools_changed = pools_changed

    def __call__(self, tenant_id: str, pool_id: str, *, force: bool) -> None:
        """Raises NotFound, and Conflict when messages that wait name it and nobody forces it.

        With ``force`` they wait on and say that their pool was deleted, until they expire or are cancelled.
        """
        pool = self._store.get(tenant_id, pool_id)
        if pool is None:
            raise NotFound
        if not force and (naming := self._outstanding.of_pool(tenant_id, pool_id)):
            raise Conflict(f"This pool is named {naming}. To delete it all the same, add ?force=true")
        if not self._store.remove(pool, entries_of(tenant_id, pool_deleted(pool))):
            raise _changed_meanwhile()
        self._pools_changed(tenant_id)


def check_accounts(account_ids: Iterable[str], known: set[str]) -> None:
    """Raises Invalid naming each that is not known, by its place."""
    unknown = [
        FieldError(f"account_ids.{place}", "There is no such account")
        for place, account_id in enumerate(account_ids)
        if account_id not in known
    ]
    if unknown:
        raise Invalid(tuple(unknown))


def _each_once(account_ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(account_ids)))


def _taken() -> Invalid:
    return Invalid((FieldError("name", "There is another pool of this name"),))


def _changed_meanwhile() -> Conflict:
    return Conflict("The pool was changed by somebody else meanwhile; read it and try again")
