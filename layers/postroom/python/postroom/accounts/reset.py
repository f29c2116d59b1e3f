"""The end of an account's day: its count goes into the history, and what waited for quota is woken.

Nothing here is needed for the limit to hold: the first reservation of a new date rolls the counter over by itself.
So a run that is late, doubled or races a sender changes nothing.
"""

from datetime import timedelta

from postroom.accounts.manage import CapacityCameBack
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
from postroom.clock import Clock, to_milliseconds
from postroom.errors import NotFound

_DEAD_RESERVATION = timedelta(hours=1)


class EndDays:
    def __init__(self, store: AccountStore, capacity_came_back: CapacityCameBack, clock: Clock) -> None:
        self._store = store
        self._capacity_came_back = capacity_came_back
        self._clock = clock

    def __call__(self) -> int:
        """Ends the day of every account whose local date has changed. Returns how many there were."""
        ended = 0
        for tenant_id, account_id in list(self._store.rolling_over(to_milliseconds(self._clock()))):
            account = self._store.get(tenant_id, account_id)
            if account is not None:
                self._end_day(account)
                ended += 1
        return ended

    def _end_day(self, account: Account) -> None:
        now = self._clock()
        rolled = change_until_applied(self._store, account, lambda seen: plan_day_end(seen, now))
        if rolled is None:
            return
        for day, sent in rolled.counter.finished.items():
            self._store.write_day(account.tenant_id, account.id, day, sent)
            self._store.change(account.tenant_id, account.id, plan_archived(day, sent))
        forgetting = plan_forgetting(rolled, now - _DEAD_RESERVATION)
        if forgetting is not None:
            self._store.change(account.tenant_id, account.id, forgetting)
        self._capacity_came_back(account.tenant_id)
        # Last, so that a run that dies on the way is repeated by the next.
        self._store.change(account.tenant_id, account.id, plan_next_visit(rolled, now))


class ResetAccount:
    def __init__(self, store: AccountStore, capacity_came_back: CapacityCameBack, clock: Clock) -> None:
        self._store = store
        self._capacity_came_back = capacity_came_back
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
        )
        self._capacity_came_back(tenant_id)
        return reset or account
