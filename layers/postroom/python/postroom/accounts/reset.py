"""The end of an account's day: its count goes into the history, and what waited for quota is woken.

Nothing here is needed for the limit to hold: the first reservation of a new date rolls the counter over by itself.
So a run that is late, doubled or races a sender changes nothing.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from postroom.accounts.deeds import account_reset
from postroom.accounts.manage import AccountsChanged
from postroom.accounts.model import Account
from postroom.accounts.ports import AccountStore
from postroom.accounts.quota import (
    plan_archived,
    plan_day_end,
    plan_forgetting,
    plan_next_visit,
    plan_reset,
)
from postroom.accounts.reserve import change_until_applied
from postroom.audit.acting import entries_of
from postroom.clock import Clock, to_milliseconds
from postroom.errors import NotFound, Unavailable
from postroom.progress import Progress

log = logging.getLogger(__name__)

_PARALLEL = 8
_DEAD_RESERVATION = timedelta(hours=1)


class EndDays:
    def __init__(self, store: AccountStore, accounts_changed: AccountsChanged, clock: Clock) -> None:
        self._store = store
        self._accounts_changed = accounts_changed
        self._clock = clock

    def __call__(self) -> Progress:
        """Ends the day of every account whose local date has changed."""
        by_tenant: dict[str, list[str]] = {}
        for tenant_id, account_id in self._store.rolling_over(to_milliseconds(self._clock())):
            by_tenant.setdefault(tenant_id, []).append(account_id)
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return sum(pool.map(self._end_days_of, by_tenant, by_tenant.values()), Progress())

    def _end_days_of(self, tenant_id: str, account_ids: list[str]) -> Progress:
        try:
            return Progress(self._end_each(tenant_id, account_ids))
        except Unavailable:
            # The next run begins where this one ended; other tenants are not made to wait for it.
            log.warning("The days of a tenant were not ended", extra={"tenant_id": tenant_id})
            return Progress(refused=len(account_ids))

    def _end_each(self, tenant_id: str, account_ids: list[str]) -> int:
        now = self._clock()
        ended = [account for account_id in account_ids if (account := self._end_day(tenant_id, account_id, now))]
        self._accounts_changed(tenant_id, paced=False)
        # Last, so that a run that dies on the way is repeated by the next.
        for account in ended:
            self._store.change(tenant_id, account.id, plan_next_visit(account, now))
        return len(ended)

    def _end_day(self, tenant_id: str, account_id: str, now: datetime) -> Account | None:
        account = self._store.get(tenant_id, account_id)
        rolled = change_until_applied(self._store, account, lambda seen: plan_day_end(seen, now)) if account else None
        if rolled is None:
            return None
        counter = rolled.counter
        for day in sorted(day for day in counter.finished if day < counter.day):
            self._store.write_day(tenant_id, account_id, day, counter.day_count(day))
            self._store.change(tenant_id, account_id, plan_archived(counter, day))
        for forgetting in plan_forgetting(rolled, now - _DEAD_RESERVATION):
            self._store.change(tenant_id, account_id, forgetting)
        return rolled


class ResetAccount:
    def __init__(self, store: AccountStore, accounts_changed: AccountsChanged, clock: Clock) -> None:
        self._store = store
        self._accounts_changed = accounts_changed
        self._clock = clock

    def __call__(self, tenant_id: str, account_id: str) -> Account:
        """Starts the account's windows anew by hand. Raises NotFound."""
        account = self._store.get(tenant_id, account_id)
        if account is None:
            raise NotFound
        now = self._clock()
        reset = change_until_applied(
            self._store,
            account,
            lambda seen: plan_reset(seen, now) if seen.counter.generation == account.counter.generation else None,
            lambda seen: entries_of(tenant_id, account_reset(seen)),
        )
        self._accounts_changed(tenant_id, account_id)
        return reset or account
