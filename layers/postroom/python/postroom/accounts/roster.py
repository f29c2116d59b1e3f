"""The accounts of tenants as far as they are known here, so that not every batch reads all of them.

What is remembered may be wrong about anything. It is good for choosing: whatever then counts on it requires it in its
write (``accounts.quota``, ``accounts.sessions``), and the row that stood there instead takes its place.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from threading import Lock

from postroom.accounts.model import Account, AccountEvent
from postroom.accounts.ports import AccountRows, AccountStore
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused

KNOWN_FOR_EACH = 0.01
"""Seconds that a list is good for, by its length: one for a hundred accounts, a hundred for ten thousand. So reading it
adds a fixed number of units to each second, whatever its length."""

_RECENT_FOR_EACH = 0.001

MOST_ACCOUNTS = 20_000
"""Of all tenants together, at about 2 KB of memory each. A tenant with more is read for each batch."""


@dataclass(slots=True)
class _List:
    accounts: dict[str, Account]
    read_at: float

    @property
    def size(self) -> int:
        return len(self.accounts) + 1


class Roster:
    """``now`` gives seconds that go on while a Lambda is frozen. Threads may share one."""

    def __init__(self, store: AccountStore, now: Callable[[], float] = time.time, most: int = MOST_ACCOUNTS) -> None:
        self._store = store
        self._now = now
        self._most = most
        self._lists: OrderedDict[str, _List] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def known(self, tenant_id: str, naming: Collection[str] = ()) -> Mapping[str, Account]:
        """By id, as they were read at most ``KNOWN_FOR_EACH`` ago, or as a write found them since.

        Of ``naming``, what is not remembered is read one by one.
        """
        accounts = self._remembered(tenant_id, lambda count: KNOWN_FOR_EACH * count)
        if accounts is None:
            return self.fresh(tenant_id)
        named = [self._store.get(tenant_id, account_id) for account_id in sorted(set(naming) - accounts.keys())]
        for account in filter(None, named):
            self.learn(account)
            accounts[account.id] = account
        return accounts

    def recent(self, tenant_id: str) -> Mapping[str, Account]:
        """For who can do nothing with what is known: a tenth as old at most."""
        accounts = self._remembered(tenant_id, lambda count: _RECENT_FOR_EACH * count)
        return self.fresh(tenant_id) if accounts is None else accounts

    def fresh(self, tenant_id: str) -> Mapping[str, Account]:
        """As they are now: what was written before is seen."""
        read_at = self._now()
        accounts = {account.id: account for account in self._store.all_of(tenant_id)}
        with self._lock:
            self._keep(tenant_id, _List(dict(accounts), read_at))
        return accounts

    def learn(self, account: Account) -> None:
        """A row that was just seen."""
        with self._lock:
            kept = self._lists.get(account.tenant_id)
            if kept is not None:
                self._size += account.id not in kept.accounts
                kept.accounts[account.id] = account
                self._make_room()

    def forget(self, tenant_id: str, account_id: str) -> None:
        """There is no such row."""
        with self._lock:
            kept = self._lists.get(tenant_id)
            if kept is not None and account_id in kept.accounts:
                del kept.accounts[account_id]
                self._size -= 1

    def _remembered(self, tenant_id: str, good_for: Callable[[int], float]) -> dict[str, Account] | None:
        with self._lock:
            kept = self._lists.get(tenant_id)
            # A clock that was set back makes nothing younger.
            if kept is None or not 0 <= self._now() - kept.read_at < good_for(len(kept.accounts)):
                return None
            self._lists.move_to_end(tenant_id)
            return dict(kept.accounts)

    def _keep(self, tenant_id: str, read: _List) -> None:
        before = self._lists.pop(tenant_id, None)
        self._size += read.size - (before.size if before else 0)
        self._lists[tenant_id] = read
        self._make_room()

    def _make_room(self) -> None:
        while self._size > self._most:
            self._size -= self._lists.popitem(last=False)[1].size


class ObservedAccounts:
    """Accounts as a sender changes them. What an answer tells of a row goes into the roster."""

    def __init__(self, store: AccountRows, roster: Roster) -> None:
        self._store = store
        self._roster = roster

    def get(self, tenant_id: str, account_id: str) -> Account | None:
        account = self._store.get(tenant_id, account_id)
        self._observe(tenant_id, account_id, account)
        return account

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        outcome = self._store.change(tenant_id, account_id, change, entries)
        self._observe(tenant_id, account_id, outcome.row)
        return outcome

    def note(self, tenant_id: str, account_id: str, event: AccountEvent) -> None:
        self._store.note(tenant_id, account_id, event)

    def _observe(self, tenant_id: str, account_id: str, row: Account | None) -> None:
        if row is None:
            self._roster.forget(tenant_id, account_id)
        else:
            self._roster.learn(row)
