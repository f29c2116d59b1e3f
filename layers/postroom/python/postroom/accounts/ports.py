"""What the use cases of accounts need from the outside."""

from collections.abc import Collection, Iterator
from typing import Protocol

from postroom.accounts.model import Account, AccountEvent, DayCount
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.paging import Page, PageRequest


class AccountRows(Protocol):
    """Accounts one by one, as a sender needs them. ``entries`` are written with a change or not at all."""

    def get(self, tenant_id: str, account_id: str) -> Account | None: ...

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]: ...

    def note(self, tenant_id: str, account_id: str, event: AccountEvent) -> None: ...


class AccountStore(AccountRows, Protocol):
    def add(self, account: Account, entries: Entries = ()) -> Account:
        """Stores it, or gives back the one that already has this id."""

    def page(self, tenant_id: str, request: PageRequest) -> Page[Account]: ...

    def all_of(self, tenant_id: str) -> tuple[Account, ...]: ...

    def known(self, tenant_id: str, account_ids: Collection[str]) -> set[str]:
        """Those of these ids that are there."""

    def remove(self, tenant_id: str, account_id: str, *, revision: int | None = None, entries: Entries = ()) -> bool:
        """False when a ``revision`` is named and it is another, or gone."""

    def rolling_over(self, until_ms: int) -> Iterator[tuple[str, str]]:
        """Tenant and account ids whose local day ended before ``until_ms``, as noted in ``rolls_at``."""

    def events(self, tenant_id: str, account_id: str, request: PageRequest) -> Page[AccountEvent]: ...

    def write_day(self, tenant_id: str, account_id: str, day: str, count: DayCount) -> None: ...

    def days(self, tenant_id: str, account_id: str, since: str) -> dict[str, DayCount]:
        """What was sent by finished day, from the history."""


class Ties(Protocol):
    """What else of a tenant's holds on to an account: pools that have it, messages that wait for it by name."""

    def of(self, tenant_id: str, account_id: str) -> tuple[str, ...]:
        """Each told to the owner, to be read behind "This account is"."""

    def cut(self, tenant_id: str, account_id: str) -> None:
        """Takes it out of what can be without it."""


class Passwords(Protocol):
    def store(self, tenant_id: str, account_id: str, password: str) -> str:
        """Keeps the password and names its version. The one before stays the current one until ``make_current``."""

    def make_current(self, tenant_id: str, account_id: str, version: str) -> None: ...

    def read(self, tenant_id: str, account_id: str, version: str | None = None) -> str:
        """The password of this version, or the current one.

        Raises NotFound, also when a consent is there instead, or Unavailable.
        """

    def forget(self, tenant_id: str, account_id: str) -> None:
        """All of it; that there is none is no error."""
