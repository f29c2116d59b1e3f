from collections.abc import Collection, Iterator

from postroom.accounts.days import day_end
from postroom.accounts.model import Account, AccountEvent, DayCount
from postroom.accounts.record import account_of, record_of
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.clock import to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.errors import NotFound
from postroom.paging import Page, PageRequest, page_of
from tests.fakes.audit import MemoryAuditLog
from tests.fakes.rows import Row, Rows


class MemoryAccounts:
    def __init__(self) -> None:
        self.rows = Rows()
        self.log = MemoryAuditLog()
        self._days: dict[tuple[str, str], dict[str, DayCount]] = {}
        self._events: dict[tuple[str, str], list[AccountEvent]] = {}

    def add(self, account: Account, entries: Entries = ()) -> Account:
        rolls_at = to_milliseconds(day_end(account.counter.day, account.config.timezone))
        if self.rows.insert((account.tenant_id, account.id), record_of(account) | {"rolls_at": rolls_at}):
            self.log.write(entries)
            return account
        return self.get(account.tenant_id, account.id) or account

    def get(self, tenant_id: str, account_id: str) -> Account | None:
        row = self.rows.get((tenant_id, account_id))
        return account_of(tenant_id, account_id, row) if row else None

    def page(self, tenant_id: str, request: PageRequest) -> Page[Account]:
        found = sorted(self.all_of(tenant_id), key=lambda account: account.id, reverse=request.newest_first)
        after = request.after
        if after is not None:
            found = [a for a in found if (a.id < after if request.newest_first else a.id > after)]
        return page_of(found, request.limit, lambda account: account.id)

    def all_of(self, tenant_id: str) -> tuple[Account, ...]:
        rows = sorted((key[1], row) for key, row in self.rows.all().items() if key[0] == tenant_id)
        return tuple(account_of(tenant_id, account_id, row) for account_id, row in rows)

    def known(self, tenant_id: str, account_ids: Collection[str]) -> set[str]:
        return {account_id for account_id in account_ids if self.rows.get((tenant_id, account_id))}

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        outcome = self.rows.change((tenant_id, account_id), change)
        if isinstance(outcome, Applied):
            self.log.write(entries)
            return Applied(account_of(tenant_id, account_id, outcome.row))
        return Refused(account_of(tenant_id, account_id, outcome.row) if outcome.row else None)

    def remove(self, tenant_id: str, account_id: str, *, revision: int | None = None, entries: Entries = ()) -> bool:
        row = self.rows.get((tenant_id, account_id))
        if revision is not None and (row is None or row["revision"] != revision):
            return False
        self.rows.remove((tenant_id, account_id))
        self.log.write(entries)
        return True

    def rolling_over(self, until_ms: int) -> Iterator[tuple[str, str]]:
        for (tenant_id, account_id), row in self.rows.all().items():
            if row["rolls_at"] <= until_ms:
                yield tenant_id, account_id

    def note(self, tenant_id: str, account_id: str, event: AccountEvent) -> None:
        self._events.setdefault((tenant_id, account_id), []).append(event)

    def events(self, tenant_id: str, account_id: str, request: PageRequest) -> Page[AccountEvent]:
        found = sorted(
            self._events.get((tenant_id, account_id), []), key=lambda event: event.id, reverse=request.newest_first
        )
        after = request.after
        if after is not None:
            found = [e for e in found if (e.id < after if request.newest_first else e.id > after)]
        return page_of(found, request.limit, lambda event: event.id)

    def write_day(self, tenant_id: str, account_id: str, day: str, count: DayCount) -> None:
        self._days.setdefault((tenant_id, account_id), {})[day] = count

    def days(self, tenant_id: str, account_id: str, since: str) -> dict[str, DayCount]:
        days = self._days.get((tenant_id, account_id), {})
        return {day: count for day, count in days.items() if day >= since}


class ForgetfulAccounts(MemoryAccounts):
    """Makes a change and loses the answer, as a broken connection does; boto3 then repeats the request by itself."""

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        super().change(tenant_id, account_id, change, entries)
        return super().change(tenant_id, account_id, change, entries)


class MemoryPasswords:
    def __init__(self) -> None:
        self._versions: dict[tuple[str, str], dict[str, str]] = {}
        self._current: dict[tuple[str, str], str] = {}
        self.stored = 0

    def store(self, tenant_id: str, account_id: str, password: str) -> str:
        self.stored += 1
        version = f"version-{self.stored}"
        self._versions.setdefault((tenant_id, account_id), {})[version] = password
        self._current.setdefault((tenant_id, account_id), version)
        return version

    def make_current(self, tenant_id: str, account_id: str, version: str) -> None:
        self._current[tenant_id, account_id] = version

    def rotate(self, tenant_id: str, account_id: str, password: str) -> None:
        """As somebody does who changes the secret behind our back."""
        self.make_current(tenant_id, account_id, self.store(tenant_id, account_id, password))

    def read(self, tenant_id: str, account_id: str, version: str | None = None) -> str:
        try:
            return self._versions[tenant_id, account_id][version or self._current[tenant_id, account_id]]
        except KeyError:
            raise NotFound from None

    def forget(self, tenant_id: str, account_id: str) -> None:
        self._versions.pop((tenant_id, account_id), None)
        self._current.pop((tenant_id, account_id), None)

    @property
    def kept(self) -> list[str]:
        """The current passwords."""
        return [self._versions[key][version] for key, version in self._current.items()]


def row_of(accounts: MemoryAccounts, account: Account) -> Row:
    return accounts.rows.get((account.tenant_id, account.id)) or {}
