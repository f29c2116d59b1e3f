"""The owner's hand on the accounts: create, change, delete."""

from dataclasses import dataclass, replace
from typing import Protocol

from postroom.accounts.changing import mended, plan_change
from postroom.accounts.deeds import account_changed, account_created, account_deleted
from postroom.accounts.model import Account, AccountConfig, AccountEvent, CredentialKind
from postroom.accounts.ports import AccountStore, Passwords, Ties
from postroom.accounts.rules import check_connection, contradictions, password_told
from postroom.accounts.windows import new_counter
from postroom.audit.acting import entries_of
from postroom.audit.model import Action, Entries
from postroom.change import Change
from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.errors import Conflict, Invalid, NotFound, Unavailable
from postroom.ids import Seed
from postroom.paging import Page, PageRequest

_TRIES = 5
"""How often a deletion is made again because somebody else changed the account."""


class AccountsChanged(Protocol):
    """Told a tenant's id when its accounts are others than before, so that what waits for one is looked at again."""

    def __call__(self, tenant_id: str, account_id: str | None = None, *, paced: bool = True) -> None:
        """``account_id``: the one that changed, if it is one. ``paced``: also what has an appointment."""


@dataclass(frozen=True, slots=True)
class AccountRules:
    """``local``: hosts of this machine are allowed, and may do without TLS and credentials."""

    local: bool

    def check(
        self,
        config: AccountConfig,
        *,
        has_password: bool,
        before: AccountConfig | None = None,
        keeps_secret: bool = False,
    ) -> None:
        """``before``: what contradicted its provider already is let be while it stays as it is; figures change.

        ``keeps_secret``: the one that was stored goes on being used.
        """
        errors = check_connection(config, has_password=has_password, local=self.local)
        if before and keeps_secret:
            errors += tuple(password_told(before, config))
        known = set(contradictions(before, local=self.local)) if before else set()
        unchanged = {error for error in known if getattr(before, error.field) == getattr(config, error.field)}
        if wrong := tuple(error for error in errors if error not in unchanged):
            raise Invalid(wrong)


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
        accounts_changed: AccountsChanged,
        clock: Clock,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._rules = rules
        self._accounts_changed = accounts_changed
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
        account = Account(
            tenant_id=tenant_id,
            id=account_id,
            config=config,
            counter=new_counter(now, config.timezone),
            revision=1,
            created_at=now,
            updated_at=now,
            secret_version=version,
        )
        stored = self._store.add(account, entries_of(tenant_id, account_created(account)))
        self._accounts_changed(tenant_id, account_id)
        return stored


class ChangeAccount:
    def __init__(
        self,
        store: AccountStore,
        passwords: Passwords,
        rules: AccountRules,
        accounts_changed: AccountsChanged,
        clock: Clock,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._rules = rules
        self._accounts_changed = accounts_changed
        self._clock = clock

    def __call__(
        self,
        seen: Account,
        config: AccountConfig,
        password: str | None,
        *,
        afresh: bool = False,
        action: Action = Action.ACCOUNT_CHANGED,
    ) -> Account:
        """Replaces the configuration of the account as it was seen; the password only when one is given.

        A password also ends the use of OAuth2. ``afresh`` is what plan_change takes it for; ``action`` names it in the
        audit log.
        Raises Invalid, and Conflict when somebody else changed it meanwhile.
        """
        if password is not None:
            config = replace(config, credential=CredentialKind.PASSWORD)
        has_password = password is not None or seen.secret_version is not None
        keeps_secret = password is None and has_password
        self._rules.check(config, has_password=has_password, before=seen.config, keeps_secret=keeps_secret)
        version = self._passwords.store(seen.tenant_id, seen.id, password) if password is not None else None
        deed = account_changed(action, seen, mended(seen, config, version), version)
        change = plan_change(seen, config, version, self._clock(), afresh=afresh)
        changed = self._written(seen, change, entries_of(seen.tenant_id, deed))
        try:
            if version is not None:
                # Only now: what a refused change brought along must not be used.
                self._passwords.make_current(seen.tenant_id, seen.id, version)
        finally:
            self._accounts_changed(seen.tenant_id, seen.id)
        return changed

    def _written(self, seen: Account, change: Change, entries: Entries) -> Account:
        outcome = self._store.change(seen.tenant_id, seen.id, change, entries)
        if isinstance(outcome, Applied):
            return outcome.row
        if outcome.row is None:
            raise NotFound
        raise Conflict("The account was changed by somebody else meanwhile; read it and try again")


class DeleteAccount:
    def __init__(
        self, store: AccountStore, passwords: Passwords, ties: Ties, accounts_changed: AccountsChanged
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._ties = ties
        self._accounts_changed = accounts_changed

    def __call__(self, tenant_id: str, account_id: str, *, force: bool = False) -> None:
        """The row goes last, so that a deletion that failed on the way can be repeated.

        Raises NotFound, and Conflict when pools have it or waiting messages name it and nobody forces it. With
        ``force`` it is taken out of its pools; the messages wait on and say why, until they expire or are cancelled.
        """
        account = self._store.get(tenant_id, account_id)
        if account is None:
            raise NotFound
        if not force and (ties := self._ties.of(tenant_id, account_id)):
            raise Conflict(f"This account is {' and '.join(ties)}. To delete it all the same, add ?force=true")
        self._ties.cut(tenant_id, account_id)
        # Also a secret that the row does not name: one that was stored by somebody who got no further.
        self._passwords.forget(tenant_id, account_id)
        self._remove(account)
        self._accounts_changed(tenant_id, account_id)

    def _remove(self, account: Account) -> None:
        """As it was when it went, which is what the audit log tells."""
        seen: Account | None = account
        for _ in range(_TRIES):
            if seen is None:
                return
            entries = entries_of(seen.tenant_id, account_deleted(seen))
            if self._store.remove(seen.tenant_id, seen.id, revision=seen.revision, entries=entries):
                return
            seen = self._store.get(account.tenant_id, account.id)
        raise Unavailable
