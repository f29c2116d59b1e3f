"""What the use cases of OAuth2 need from the outside."""

from typing import Protocol

from postroom.audit.model import Entries
from postroom.delivery.deadline import Deadline
from postroom.oauth2.model import Client, Consent, Grant, Granted, TokenKey, TokenState


class Consents(Protocol):
    def add(self, state_hash: str, consent: Consent, entries: Entries = ()) -> None:
        """``entries`` are written with it or not at all."""

    def redeem(self, tenant_id: str, state_hash: str) -> Consent | None:
        """Whoever removes it has it, and nobody after."""


class Grants(Protocol):
    def store(self, tenant_id: str, account_id: str, grant: Grant) -> str:
        """Keeps it and names its version. What was there stays the current one until ``make_current``."""

    def make_current(self, tenant_id: str, account_id: str, version: str) -> None: ...

    def read(self, key: TokenKey) -> Grant:
        """Raises NotFound, or Unavailable."""

    def forget(self, tenant_id: str, account_id: str) -> None: ...


class Tokens(Protocol):
    def get(self, key: TokenKey) -> TokenState | None: ...

    def write(self, key: TokenKey, state: TokenState) -> bool:
        """Takes the place of the state whose number is one less, or of none when it is 1. False when that is gone.

        True as well when this very state is there already: the answer to an earlier try was lost.
        """


class TokenEndpoint(Protocol):
    """All raise Misconfigured and Unavailable, and those that ask ConsentRefused, ClientRefused, TokenServiceFailed."""

    def get_ready(self, client: Client) -> None:
        """Fetches what the others need, so that they take the provider's time alone."""

    def exchange(self, client: Client, code: str, verifier: str, deadline: Deadline) -> Granted: ...

    def refresh(self, client: Client, refresh_token: str, deadline: Deadline) -> Granted: ...


class Seal(Protocol):
    """Encrypts and authenticates text with a key of ``new_key``."""

    def new_key(self) -> str: ...

    def close(self, key: str, text: str) -> str: ...

    def open(self, key: str, sealed: str) -> str:
        """Raises ValueError when it was not closed with this key."""
