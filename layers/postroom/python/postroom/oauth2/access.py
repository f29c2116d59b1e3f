"""An account's access token as its credential."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from postroom.accounts.model import Account
from postroom.accounts.sessions import NoRoom
from postroom.clock import Clock
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import AccessToken, Credential
from postroom.errors import NotFound
from postroom.oauth2.clients import Clients
from postroom.oauth2.model import Client, Grant, TokenKey, TokenState
from postroom.oauth2.ports import Grants, Seal, Tokens
from postroom.oauth2.refusals import consent_is_for_another, consent_is_gone, not_authorized
from postroom.oauth2.renew import Holder, RenewToken
from postroom.oauth2.tokens import MARGIN, Step, next_step

_PATIENCE_SECONDS = 3.0
"""The longest wait for a token that somebody else is renewing."""

_LOOK_AGAIN_SECONDS = 0.2
_BEING_RENEWED = "Another sender is renewing the access token"


@dataclass(frozen=True, slots=True)
class _Known:
    """What a warm process remembers of one consent; ``refused`` is a token that it does not say again."""

    holder: Holder
    token: str | None = field(default=None, repr=False)
    ends: datetime | None = None
    refused: str | None = field(default=None, repr=False)


class AccessTokens:
    """Implements ``delivery.credentials.Credentials``; a token is remembered in a warm process while it is fresh."""

    def __init__(  # noqa: PLR0913 - one port for each thing outside
        self,
        *,
        tokens: Tokens,
        grants: Grants,
        seal: Seal,
        clients: Clients,
        renew: RenewToken,
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tokens = tokens
        self._grants = grants
        self._seal = seal
        self._clients = clients
        self._renew = renew
        self._clock = clock
        self._sleep = sleep
        self._known: dict[str, _Known] = {}

    def read(self, account: Account, deadline: Deadline) -> Credential:
        return AccessToken(mailbox_of(account), self._token(account, deadline))

    def after_refusal(self, account: Account, refused: Credential, deadline: Deadline) -> Credential | None:
        """Clocks differ, and a token may die early: it is replaced once before the account is to blame."""
        self._known[account.id] = replace(self._remembered(account), refused=refused.text)
        token = self._token(account, deadline)
        return None if token == refused.text else AccessToken(refused.username, token)

    def _token(self, account: Account, deadline: Deadline) -> str:
        known = self._remembered(account)
        if known.token not in {None, known.refused} and known.ends and self._clock() + MARGIN < known.ends:
            return known.token or ""
        state = self._current(replace(known.holder, account=account), deadline, known.refused)
        token = self._opened(known.holder, state)
        if token is None:
            raise NoRoom(_BEING_RENEWED)
        self._known[account.id] = replace(known, token=token, ends=state.expires_at)
        return token

    def _remembered(self, account: Account) -> _Known:
        client, key = self._clients.of(account), _key(account)
        known = self._known.get(account.id)
        if known is not None and known.holder.key == key and known.holder.client == client:
            return known
        return _Known(Holder(account, client, key, self._grant(key, client)))

    def _current(self, holder: Holder, deadline: Deadline, refused: str | None) -> TokenState:
        patience = deadline.within(_PATIENCE_SECONDS)
        while True:
            state = self._tokens.get(holder.key)
            is_refused = refused is not None and self._opened(holder, state) == refused
            match next_step(state, self._clock(), refused=is_refused):
                case Step.USE if state is not None:
                    return state
                case Step.GIVE_UP:
                    raise consent_is_gone(holder.client.provider)
                case Step.RENEW:
                    renewed = self._renew(holder, state, deadline, refused=is_refused)
                    if renewed is not None:
                        return renewed
            if patience.remaining() <= _LOOK_AGAIN_SECONDS:
                raise NoRoom(_BEING_RENEWED)
            self._sleep(_LOOK_AGAIN_SECONDS)

    def _grant(self, key: TokenKey, client: Client) -> Grant:
        try:
            grant = self._grants.read(key)
        except NotFound as error:
            raise consent_is_gone(client.provider) from error
        if grant.provider is not client.provider.name:
            raise consent_is_for_another(client.provider)
        return grant

    def _opened(self, holder: Holder, state: TokenState | None) -> str | None:
        if state is None or state.access is None:
            return None
        return self._seal.open(holder.grant.data_key, state.access)


def mailbox_of(account: Account) -> str:
    return account.config.smtp_username or account.config.email


def _key(account: Account) -> TokenKey:
    if account.secret_version is None or account.authorization is None:
        raise not_authorized()
    return TokenKey(account.tenant_id, account.id, account.secret_version)
