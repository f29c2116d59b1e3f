"""Counts what senders write of accounts: what is left of their limits, and which of them are stopped."""

from postroom.accounts.model import Account, AccountEvent, AccountStatus
from postroom.accounts.ports import AccountRows
from postroom.accounts.usage_now import usage_at
from postroom.audit.model import Entries
from postroom.change import Change, Remove, Set
from postroom.clock import Clock
from postroom.conditional import Applied, Refused
from postroom.metrics.model import ACCOUNTS_STOPPED, QUOTA_LEFT
from postroom.metrics.ports import Meter

_STOPPED = Set(("status",), str(AccountStatus.ERROR))


class MeteredAccounts:
    """Accounts of which is counted what was applied. An ``AccountRows``."""

    def __init__(self, store: AccountRows, meter: Meter, clock: Clock) -> None:
        self._store = store
        self._meter = meter
        self._clock = clock

    def get(self, tenant_id: str, account_id: str) -> Account | None:
        return self._store.get(tenant_id, account_id)

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        outcome = self._store.change(tenant_id, account_id, change, entries)
        if isinstance(outcome, Applied):
            self._count(outcome.row, change)
        return outcome

    def note(self, tenant_id: str, account_id: str, event: AccountEvent) -> None:
        self._store.note(tenant_id, account_id, event)

    def _count(self, account: Account, change: Change) -> None:
        if _STOPPED in change.steps:
            self._meter.count(ACCOUNTS_STOPPED)
        if any(isinstance(step, Remove) and step.path[0] == "reservations" for step in change.steps):
            usage = usage_at(account, self._clock())
            if usage.limits.daily > 0:
                self._meter.measure(QUOTA_LEFT, round(100 * usage.remaining / usage.limits.daily, 1))
