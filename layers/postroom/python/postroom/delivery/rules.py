"""By which rules a tenant's messages get their accounts: the pools that they name, and how one is chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.accounts.model import Account
from postroom.clock import Clock
from postroom.messages.model import Message
from postroom.pools.model import Pool, Strategy
from postroom.pools.ports import PoolStore

_REMEMBERED = timedelta(seconds=10)
"""A tenant's strategy is read for each of its batches otherwise, and nothing goes wrong by an older one."""


@dataclass(frozen=True, slots=True)
class Rules:
    """``pools``: those that are named and are there, by id. ``strategy``: where neither a message nor its pool says."""

    pools: Mapping[str, Pool]
    strategy: Strategy = Strategy.RANDOM

    def candidates(self, message: Message, accounts: Iterable[Account]) -> list[Account]:
        """The accounts that may carry it at all, able or not."""
        named = [account for account in accounts if message.account_id in {None, account.id}]
        if message.pool_id is None:
            return named
        pool = self.pools.get(message.pool_id)
        members = set(pool.account_ids) if pool else set()
        return [account for account in named if account.id in members]

    def strategy_of(self, message: Message) -> Strategy:
        pool = self.pools.get(message.pool_id) if message.pool_id else None
        return message.strategy or (pool.strategy if pool else None) or self.strategy

    def why_nobody(self, message: Message) -> str:
        """What to say of a message without a candidate."""
        if message.pool_id is None:
            return "The account that it names was deleted" if message.account_id else "There is no account to send it"
        pool = self.pools.get(message.pool_id)
        if pool is None:
            return "The pool that it names was deleted"
        if not pool.account_ids:
            return f"The pool {pool.name} has no accounts"
        if message.account_id is not None:
            return f"The account that it names is not in the pool {pool.name} any more"
        return f"The accounts of the pool {pool.name} were deleted"


class ReadRules:
    def __init__(self, store: PoolStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._remembered: dict[str, tuple[Strategy, datetime]] = {}

    def __call__(self, tenant_id: str, messages: Sequence[Message]) -> Rules:
        """Pools as they are now. Raises Unavailable."""
        named = {message.pool_id for message in messages if message.pool_id is not None}
        pools = self._store.get_many(tenant_id, named) if named else {}
        return Rules(pools, self._strategy(tenant_id))

    def _strategy(self, tenant_id: str) -> Strategy:
        now = self._clock()
        strategy, until = self._remembered.get(tenant_id, (Strategy.RANDOM, now))
        if now >= until:
            strategy = self._store.strategy(tenant_id) or Strategy.RANDOM
            self._remembered[tenant_id] = (strategy, now + _REMEMBERED)
        return strategy
