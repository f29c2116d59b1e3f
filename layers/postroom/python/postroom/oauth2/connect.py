"""Takes what came of a consent: the second half of the authorization code flow (RFC 6749, 4.1.2 to 4.1.4)."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto

from postroom.accounts.authorized import event_of_authorization, plan_authorized
from postroom.accounts.deeds import account_connected
from postroom.accounts.manage import AccountsChanged
from postroom.accounts.model import Account, Authorization
from postroom.accounts.ports import AccountStore
from postroom.audit.acting import Acting, acting, entries_of
from postroom.audit.model import KEPT, Actor
from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.delivery.deadline import Deadline
from postroom.errors import Unavailable
from postroom.ids import Seed
from postroom.oauth2.access import mailbox_of
from postroom.oauth2.clients import Clients
from postroom.oauth2.model import Client, Consent, Grant, Granted, TokenKey, TokenServiceFailed
from postroom.oauth2.ports import Consents, Grants, Seal, TokenEndpoint, Tokens
from postroom.oauth2.providers import PROVIDER_OF
from postroom.oauth2.states import StateText
from postroom.oauth2.tokens import first

log = logging.getLogger(__name__)

_SECONDS_TO_EXCHANGE = 15.0
_TRIES = 4
"""Its senders write to an account's row as well, but do not raise its revision; a person who does is rare."""


class Outcome(Enum):
    CONNECTED = auto()
    UNKNOWN = auto()
    """Nobody asked for this consent, or not any more, or it was used: which of them is nobody's business."""
    DENIED = auto()
    FAILED = auto()
    UNFIT = auto()
    """What was granted is not enough to send mail, or not for long."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What the provider sent the owner's browser back with; ``code`` is None when there was no consent.

    ``seen_here``: who asked for the consent, as acting from where that browser is.
    """

    state: str = field(repr=False)
    code: str | None = field(repr=False)
    seen_here: Callable[[Actor], Actor] = field(default=lambda asked: asked, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Connected:
    """``mailbox`` is known unless the outcome is UNKNOWN."""

    outcome: Outcome
    mailbox: str | None = None


class ConnectAccount:
    def __init__(  # noqa: PLR0913 - one port for each thing outside
        self,
        *,
        accounts: AccountStore,
        consents: Consents,
        grants: Grants,
        tokens: Tokens,
        endpoint: TokenEndpoint,
        seal: Seal,
        clients: Clients,
        accounts_changed: AccountsChanged,
        clock: Clock,
        audit_kept: timedelta = KEPT,
    ) -> None:
        self._accounts = accounts
        self._consents = consents
        self._grants = grants
        self._tokens = tokens
        self._endpoint = endpoint
        self._seal = seal
        self._clients = clients
        self._accounts_changed = accounts_changed
        self._clock = clock
        self._audit_kept = audit_kept

    def __call__(self, returned: Returned) -> Connected:
        """Raises Unavailable and Misconfigured. The state is used up by the first try, whatever becomes of it."""
        consent = self._redeemed(returned.state)
        if consent is None:
            return Connected(Outcome.UNKNOWN)
        account = self._accounts.get(consent.tenant_id, consent.account_id)
        if account is None or not _is_of(consent, account):
            return Connected(Outcome.UNKNOWN)
        if returned.code is None:
            return Connected(Outcome.DENIED, consent.mailbox)
        with acting(self._who_acts(consent, returned)):
            return Connected(self._connected(consent, account, returned.code), consent.mailbox)

    def _who_acts(self, consent: Consent, returned: Returned) -> Acting | None:
        """Whoever asked for the consent; nobody did of one that an earlier version of us stored."""
        if consent.asked_by is None:
            return None
        now = self._clock()
        return Acting(returned.seen_here(consent.asked_by), Seed.fresh(now), now, self._audit_kept)

    def _redeemed(self, text: str) -> Consent | None:
        state = StateText.parse(text)
        consent = self._consents.redeem(state.tenant_id, state.hash) if state else None
        return consent if consent and self._clock() < consent.ends else None

    def _connected(self, consent: Consent, account: Account, code: str) -> Outcome:
        client = self._clients.named(consent.provider)
        try:
            granted = self._endpoint.exchange(client, code, consent.verifier, Deadline.after(_SECONDS_TO_EXCHANGE))
        except TokenServiceFailed as error:
            log.warning("A consent could not be redeemed", extra={"account_id": account.id, "code": error.code})
            return Outcome.FAILED
        if granted.refresh_token is None or not _may_send(client, granted):
            return Outcome.UNFIT
        grant = Grant(consent.provider, granted.refresh_token, self._seal.new_key())
        return Outcome.CONNECTED if self._kept(consent, account, grant, granted) else Outcome.UNKNOWN

    def _kept(self, consent: Consent, account: Account, grant: Grant, granted: Granted) -> bool:
        """The secret first: an account without it would fail its first mails. False when the account is gone."""
        now = self._clock()
        ends = now + timedelta(seconds=granted.lifetime)
        version = self._grants.store(account.tenant_id, account.id, grant)
        first_token = first(self._seal.close(grant.data_key, granted.access_token), ends)
        # Without it, the first sender gets one for itself.
        with suppress(Unavailable):
            self._tokens.write(TokenKey(account.tenant_id, account.id, version), first_token)
        if not self._authorized(consent, account, version, Authorization(now, ends)):
            return False
        self._made_current(account, version)
        self._accounts.note(account.tenant_id, account.id, event_of_authorization(now))
        self._accounts_changed(account.tenant_id, account.id)
        return True

    def _made_current(self, account: Account, version: str) -> None:
        """The account is connected without it: its row names the version."""
        try:
            self._grants.make_current(account.tenant_id, account.id, version)
        except Unavailable:
            log.warning("The secret of a consent was not made the current one", extra={"account_id": account.id})

    def _authorized(self, consent: Consent, account: Account, version: str, given: Authorization) -> bool:
        seen: Account | None = account
        for _ in range(_TRIES):
            if seen is None:
                self._grants.forget(consent.tenant_id, consent.account_id)
                return False
            if not _is_of(consent, seen):
                return False
            entries = entries_of(seen.tenant_id, account_connected(seen, consent.mailbox))
            outcome = self._accounts.change(seen.tenant_id, seen.id, plan_authorized(seen, version, given), entries)
            if isinstance(outcome, Applied) or (outcome.row is not None and outcome.row.secret_version == version):
                return True
            seen = outcome.row
        raise Unavailable


def _is_of(consent: Consent, account: Account) -> bool:
    """Whether the account is the mailbox for which its owner was asked, at the same provider."""
    is_there = PROVIDER_OF.get(account.config.connection_type) is consent.provider
    return is_there and mailbox_of(account) == consent.mailbox


def _may_send(client: Client, granted: Granted) -> bool:
    if granted.scopes is None:
        return True
    return client.provider.scope_of_mail.lower() in {scope.lower() for scope in granted.scopes}
