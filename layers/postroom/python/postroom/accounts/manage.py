"""The owner's hand on the accounts: create, change, delete."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from postroom.accounts.health import cleared
from postroom.accounts.model import Account, AccountConfig, AccountEvent, AccountStatus
from postroom.accounts.ports import AccountStore, Passwords
from postroom.accounts.quota import new_counter, plan_next_visit
from postroom.accounts.record import config_record
from postroom.accounts.rules import check_connection
from postroom.change import Change, Equals, Remove, Set
from postroom.clock import Clock, to_milliseconds
from postroom.conditional import Refused
from postroom.errors import Conflict, Invalid, NotFound
from postroom.ids import Seed
from postroom.paging import Page, PageRequest

CapacityCameBack = Callable[[str], None]
"""Told a tenant's id when one of its accounts can send again, so that what waits for it is woken."""


@dataclass(frozen=True, slots=True)
class AccountRules:
    """``local``: hosts of this machine are allowed, and may do without TLS and credentials."""

    local: bool

    def check(self, config: AccountConfig, *, has_password: bool) -> None:
        errors = check_connection(config, has_password=has_password, local=self.local)
        if errors:
            raise Invalid(errors)


class FindAccounts:
    def __init__(self, store: AccountStore) -> None:
        self._store = store

    def one(self, tenant_id: str, account_id: str) -> Account:
        account = self._store.get(tenant_id, account_id)
        if account is None:
            raise NotFound
        return account

    def page(self, tenant_id: str, request: PageRequest) -> Page[Account]:
        return self._store.page(tenant_id, request)

    def events(self, account: Account, request: PageRequest) -> Page[AccountEvent]:
        return self._store.events(account.tenant_id, account.id, request)


class CreateAccount:
    def __init__(
        self,
        store: AccountStore,
        passwords: Passwords,
        rules: AccountRules,
        capacity_came_back: CapacityCameBack,
        clock: Clock,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._rules = rules
        self._capacity_came_back = capacity_came_back
        self._clock = clock

    def __call__(self, tenant_id: str, config: AccountConfig, password: str | None, seed: Seed) -> Account:
        """The same seed gives the same account, however often it is asked for.

        The secret comes first: an account without its password would fail its first mails, while a secret without an
        account is made again, not doubled, by the next try.
        """
        self._rules.check(config, has_password=password is not None)
        now = self._clock()
        account_id = seed.id("acc")
        version = self._passwords.store(tenant_id, account_id, password) if password is not None else None
        account = self._store.add(
            Account(
                tenant_id=tenant_id,
                id=account_id,
                config=config,
                counter=new_counter(now, config.timezone),
                revision=1,
                created_at=now,
                updated_at=now,
                secret_version=version,
            )
        )
        self._capacity_came_back(tenant_id)
        return account


class ChangeAccount:
    def __init__(
        self,
        store: AccountStore,
        passwords: Passwords,
        rules: AccountRules,
        capacity_came_back: CapacityCameBack,
        clock: Clock,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._rules = rules
        self._capacity_came_back = capacity_came_back
        self._clock = clock

    def __call__(self, seen: Account, config: AccountConfig, password: str | None) -> Account:
        """Replaces the configuration of the account as it was seen; the password only when one is given.

        Raises Invalid, and Conflict when somebody else changed it meanwhile.
        """
        self._rules.check(config, has_password=password is not None or seen.secret_version is not None)
        version = self._passwords.store(seen.tenant_id, seen.id, password) if password is not None else None
        if _is_mended(seen, config, password):
            config = replace(config, status=AccountStatus.ACTIVE)
        change = self._plan(seen, config, version or seen.secret_version)
        outcome = self._store.change(seen.tenant_id, seen.id, change)
        if isinstance(outcome, Refused):
            if outcome.row is None:
                raise NotFound
            if outcome.row.revision != seen.revision + 1 or outcome.row.config != config:
                raise Conflict("The account was changed by somebody else meanwhile; read it and try again")
            return outcome.row  # Our own write, whose answer was lost.
        self._capacity_came_back(seen.tenant_id)
        return outcome.row

    def _plan(self, seen: Account, config: AccountConfig, version: str | None) -> Change:
        now = self._clock()
        record = config_record(config) | {"secret_version": version}
        steps = tuple(Remove((name,)) if value is None else Set((name,), value) for name, value in record.items())
        bookkeeping = (Set(("revision",), seen.revision + 1), Set(("updated_ms",), to_milliseconds(now)))
        change = Change(steps + bookkeeping, (Equals(("revision",), seen.revision),)) + cleared()
        if config.timezone != seen.config.timezone:
            change += plan_next_visit(replace(seen, config=config), now)
        return change


def _is_mended(seen: Account, config: AccountConfig, password: str | None) -> bool:
    """Whether the owner changed what the server had refused, and did not say what should become of the account."""
    stopped = seen.config.status is AccountStatus.ERROR and config.status is AccountStatus.ERROR
    return stopped and (password is not None or config != seen.config)


class DeleteAccount:
    def __init__(self, store: AccountStore, passwords: Passwords) -> None:
        self._store = store
        self._passwords = passwords

    def __call__(self, tenant_id: str, account_id: str) -> None:
        """The row goes last, so that a deletion that failed on the way can be repeated. Raises NotFound."""
        account = self._store.get(tenant_id, account_id)
        if account is None:
            raise NotFound
        if account.secret_version is not None:
            self._passwords.forget(tenant_id, account_id)
        self._store.remove(tenant_id, account_id)
