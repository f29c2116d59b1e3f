"""The state of one tenant's sending: its accounts, what they can do now, and the last hour."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.circuit import Circuit, circuit_at
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.usage_now import usage_at
from postroom.capacity.ports import AccountsOf
from postroom.capacity.tell import Capacity, TellCapacity
from postroom.clock import Clock
from postroom.messages.ports import Arrivals, Arrived
from postroom.system.asked import Asked, T, asked
from postroom.system.status.rates import HOUR, Rates, rates_of


@dataclass(frozen=True, slots=True)
class AccountsState:
    """``resting``: active, and put off by a fault until some time; ``exhausted``: active, and through with their limit.

    ``open_circuits`` are those that rest or were stopped. The times are of the first and the last that come back.
    """

    total: int
    by_status: dict[AccountStatus, int]
    resting: int
    rest_until: datetime | None
    open_circuits: int
    exhausted: int
    exhausted_until: datetime | None
    all_exhausted_until: datetime | None
    stopped_since: datetime | None


@dataclass(frozen=True, slots=True)
class TenantState:
    accounts: Asked[AccountsState]
    capacity: Asked[Capacity]
    accepted: Asked[Arrived]
    rates: Asked[Rates]


@dataclass(frozen=True, slots=True)
class TellTenant:
    accounts_of: AccountsOf
    capacity: TellCapacity
    arrivals: Arrivals
    clock: Clock

    def __call__(self, tenant_id: str) -> TenantState:
        now = self.clock()
        with ThreadPoolExecutor(1) as pool:
            counting = pool.submit(asked, lambda: self.arrivals.since(tenant_id, now - HOUR))
            capacity = asked(lambda: self.capacity(tenant_id))
        accounts = self._accounts(tenant_id, capacity)
        return TenantState(
            _made(accounts, lambda found: state_of(found, now)),
            capacity,
            counting.result(),
            _made(accounts, lambda found: rates_of(found, now)),
        )

    def _accounts(self, tenant_id: str, capacity: Asked[Capacity]) -> Asked[Sequence[Account]]:
        """Their rows are read once, unless it was something else that did not answer."""
        if capacity.value is None:
            return asked(lambda: self.accounts_of(tenant_id))
        return Asked([one.account for one in capacity.value.accounts])


def _made(accounts: Asked[Sequence[Account]], make: Callable[[Sequence[Account]], T]) -> Asked[T]:
    return Asked(None if accounts.value is None else make(accounts.value), accounts.fault)


def state_of(accounts: Sequence[Account], now: datetime) -> AccountsState:
    active = [account for account in accounts if account.config.status is AccountStatus.ACTIVE]
    resting = [account.rest_until for account in active if account.rest_until and account.rests_at(now)]
    usages = [usage_at(account, now) for account in active]
    exhausted = [usage.resets_at for usage in usages if usage.remaining == 0]
    stopped = [
        account.last_error.at
        for account in accounts
        if account.config.status is AccountStatus.ERROR and account.last_error
    ]
    return AccountsState(
        total=len(accounts),
        by_status=dict(Counter(account.config.status for account in accounts)),
        resting=len(resting),
        rest_until=min(resting, default=None),
        open_circuits=sum(circuit_at(account, now) is Circuit.OPEN for account in accounts),
        exhausted=len(exhausted),
        exhausted_until=min(exhausted, default=None),
        all_exhausted_until=max(exhausted, default=None),
        stopped_since=min(stopped, default=None),
    )
