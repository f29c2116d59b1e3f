"""Renews an access token, for all who wait for it."""

import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from postroom.accounts.authorized import plan_expiry
from postroom.accounts.model import Account
from postroom.accounts.ports import AccountStore
from postroom.clock import Clock
from postroom.delivery.deadline import Deadline
from postroom.errors import Misconfigured, PostroomError, Unavailable
from postroom.oauth2.model import (
    Client,
    ClientRefused,
    ConsentRefused,
    Grant,
    Granted,
    TokenKey,
    TokenServiceFailed,
    TokenState,
)
from postroom.oauth2.ports import Seal, TokenEndpoint, Tokens
from postroom.oauth2.refusals import consent_is_gone, no_client_secret, no_token
from postroom.oauth2.tokens import can_be_used, leased, paused, renewed, taken_back
from postroom.persistence import persistently

log = logging.getLogger(__name__)

_SECONDS_FOR_STORING = 10.0


@dataclass(frozen=True, slots=True)
class Holder:
    """An account with its consent."""

    account: Account
    client: Client
    key: TokenKey
    grant: Grant


class RenewToken:
    def __init__(
        self, tokens: Tokens, endpoint: TokenEndpoint, seal: Seal, accounts: AccountStore, clock: Clock
    ) -> None:
        self._tokens = tokens
        self._endpoint = endpoint
        self._seal = seal
        self._accounts = accounts
        self._clock = clock

    def __call__(
        self, holder: Holder, seen: TokenState | None, deadline: Deadline, *, refused: bool
    ) -> TokenState | None:
        """The row with its new token, or None when somebody else was first. ``refused``: the old one is of no use.

        The one with the old token when that is still good and the provider does not answer, or cannot be asked. A
        refresh token that came with the new one is stored in the same write: nobody uses the one before both are kept.
        Whoever dies before that write leaves the old refresh token in its place; providers take it still, since an
        answer may be lost on its way to anybody. Raises SessionFailed and Unavailable.
        """
        try:
            # Before the lease, which would not last for this as well.
            self._endpoint.get_ready(holder.client)
        except (Misconfigured, Unavailable) as error:
            return self._seen_one(holder, seen, error, refused=refused)
        held = leased(seen, secrets.token_hex(8), self._clock(), refused=refused)
        if not self._tokens.write(holder.key, held):
            return None
        try:
            granted = self._endpoint.refresh(holder.client, self._refresh_token(holder.grant, held), deadline)
        except ConsentRefused as error:
            self._settle(holder.key, taken_back(held, error.code), deadline)
            raise consent_is_gone(holder.client.provider) from error
        except TokenServiceFailed as error:
            return self._old_one(holder, held, error)
        return self._kept(holder, held, granted, deadline)

    def _seen_one(self, holder: Holder, seen: TokenState | None, error: PostroomError, *, refused: bool) -> TokenState:
        log.warning("A token was not renewed", extra={"account_id": holder.account.id, "code": error.code})
        if not refused and seen is not None and can_be_used(seen, self._clock()):
            return seen
        if isinstance(error, Misconfigured):
            raise no_client_secret(holder.client.provider) from error
        raise error

    def _old_one(self, holder: Holder, held: TokenState, error: TokenServiceFailed) -> TokenState:
        level = logging.ERROR if isinstance(error, ClientRefused) else logging.WARNING
        log.log(level, "A token was not renewed", extra={"account_id": holder.account.id, "code": error.code})
        now = self._clock()
        with suppress(Unavailable):
            self._tokens.write(holder.key, paused(held, now))
        if can_be_used(held, now):
            return held
        raise no_token(holder.client.provider, error) from error

    def _kept(self, holder: Holder, held: TokenState, granted: Granted, deadline: Deadline) -> TokenState | None:
        account, rotated, data_key = holder.account, granted.refresh_token, holder.grant.data_key
        expires_at = self._clock() + timedelta(seconds=granted.lifetime)
        state = renewed(
            held,
            self._seal.close(data_key, granted.access_token),
            expires_at,
            None if rotated is None else self._seal.close(data_key, rotated),
        )
        if not self._settle(holder.key, state, deadline):
            return None
        with suppress(Unavailable):
            self._accounts.change(account.tenant_id, account.id, plan_expiry(account, expires_at))
        return state

    def _settle(self, key: TokenKey, state: TokenState, deadline: Deadline) -> bool:
        left = deadline.within(_SECONDS_FOR_STORING).remaining
        return persistently(lambda: self._tokens.write(key, state), left)

    def _refresh_token(self, grant: Grant, held: TokenState) -> str:
        return grant.refresh_token if held.refresh is None else self._seal.open(grant.data_key, held.refresh)
