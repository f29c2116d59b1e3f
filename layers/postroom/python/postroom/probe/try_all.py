"""Tests the connections of a tenant's active accounts side by side, as many as one answer has time for."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, islice, repeat

from postroom.accounts.manage import FindAccounts
from postroom.accounts.model import Account, AccountStatus
from postroom.delivery.deadline import Deadline
from postroom.errors import NotFound, Unavailable
from postroom.paging import Page, PageRequest
from postroom.probe.model import PATIENCE, TESTS_AT_ONCE, Report
from postroom.probe.try_connection import not_tested

_READ = 100
_LEAST = 12.0
"""Seconds that must be left: with less, a slow server would be taken for a dead one."""

_DELETED = "it was deleted meanwhile"
_NO_ANSWER = "a service that is needed for it did not answer; test it again"

Try = Callable[[Account, Deadline], Report]


@dataclass(frozen=True)
class TryAll:
    find: FindAccounts
    try_connection: Try
    patience: float = PATIENCE
    least: float = _LEAST

    def __call__(self, tenant_id: str, request: PageRequest) -> Page[Report]:
        """The page ends before the first that there was no time for, and the next page begins with it."""
        deadline = Deadline.after(self.patience)
        found = list(islice(self._active(tenant_id, request.after), request.limit + 1))
        accounts = found[: request.limit]
        with ThreadPoolExecutor(TESTS_AT_ONCE) as pool:
            reports = tuple(_in_time(pool.map(self._one, accounts, count(), repeat(deadline))))
        return Page(reports, accounts[len(reports) - 1].id if len(reports) < len(found) else None)

    def _active(self, tenant_id: str, after: str | None) -> Iterator[Account]:
        while True:
            page = self.find.page(tenant_id, PageRequest(_READ, after))
            yield from (account for account in page.items if account.config.status is AccountStatus.ACTIVE)
            if page.last is None:
                return
            after = page.last

    def _one(self, account: Account, number: int, deadline: Deadline) -> Report | None:
        """None when there was no time. The first one is always begun, or the pages would not come to an end."""
        if number and deadline.remaining() < self.least:
            return None
        try:
            return self.try_connection(account, deadline)
        except NotFound:
            return not_tested(account, _DELETED)
        except Unavailable:
            return not_tested(account, _NO_ANSWER)


def _in_time(tried: Iterable[Report | None]) -> Iterator[Report]:
    for report in tried:
        if report is None:
            return
        yield report
