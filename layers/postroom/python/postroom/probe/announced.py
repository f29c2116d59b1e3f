"""A test is told in the audit log before it is made: it logs in with somebody's password."""

from collections.abc import Callable
from dataclasses import dataclass

from postroom.accounts.deeds import account_tested, accounts_tested
from postroom.accounts.model import Account
from postroom.audit.acting import entries_of
from postroom.audit.ports import WriteAlone
from postroom.delivery.deadline import Deadline
from postroom.paging import Page, PageRequest
from postroom.probe.model import Report


@dataclass(frozen=True)
class AnnouncedTest:
    tell: WriteAlone
    try_connection: Callable[[Account, Deadline], Report]

    def __call__(self, account: Account, deadline: Deadline) -> Report:
        self.tell(entries_of(account.tenant_id, account_tested(account)))
        return self.try_connection(account, deadline)


@dataclass(frozen=True)
class AnnouncedTests:
    """One entry for each page: which accounts it had time for is in its answer alone."""

    tell: WriteAlone
    try_all: Callable[[str, PageRequest], Page[Report]]

    def __call__(self, tenant_id: str, request: PageRequest) -> Page[Report]:
        self.tell(entries_of(tenant_id, accounts_tested()))
        return self.try_all(tenant_id, request)
