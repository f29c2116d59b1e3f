"""Authorizations by OAuth 2.0: what is asked for, what was granted, and the access token that all senders share."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from postroom.audit.model import Actor


class ProviderName(StrEnum):
    GOOGLE = "google"
    MICROSOFT = "microsoft"


@dataclass(frozen=True, slots=True)
class Provider:
    """``asks`` are further parameters of the consent URL. A token goes to ``smtp_hosts`` and to no other host.

    ``scope_of_mail`` is the one of ``scopes`` without which no mail can be sent; ``source`` is where this is written,
    and when it was read.
    """

    name: ProviderName
    title: str
    consent_url: str
    token_url: str
    scopes: tuple[str, ...]
    scope_of_mail: str
    asks: tuple[tuple[str, str], ...]
    smtp_hosts: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Client:
    """This deployment, as it is registered with a provider."""

    provider: Provider
    client_id: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What was asked for, and is waited for. ``verifier`` is PKCE's (RFC 7636) and is told to the token endpoint alone.

    ``mailbox`` is the account's address at that time: a consent for one is none for another. ``asked_by``: whose deed
    it is when the account is connected.
    """

    tenant_id: str
    account_id: str
    provider: ProviderName
    mailbox: str
    verifier: str = field(repr=False)
    ends: datetime
    asked_by: Actor | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What the account's secret holds: whose it is, and ``data_key``, which seals what is kept of it elsewhere."""

    provider: ProviderName
    refresh_token: str = field(repr=False)
    data_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Granted:
    """An answer of the token endpoint. ``lifetime`` is in seconds; ``refresh_token`` is None when the old one stays.

    ``scopes`` are None when they were not told, and then those that were asked for.
    """

    access_token: str = field(repr=False)
    lifetime: int
    refresh_token: str | None = field(default=None, repr=False)
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class TokenKey:
    """One consent of one account, by the version of its secret."""

    tenant_id: str
    account_id: str
    secret_version: str


@dataclass(frozen=True, slots=True)
class TokenState:
    """The row that all senders of an account share. ``number`` rises with each write, and a write requires it as seen.

    ``access`` is the sealed access token; ``refresh`` the sealed refresh token that came in place of the secret's, if
    one came. Until ``leased_until`` somebody renews the token, or nobody should. ``refused``: what the provider said
    when it took the consent back.
    """

    number: int
    access: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    refresh: str | None = field(default=None, repr=False)
    leased_until: datetime | None = None
    lease: str | None = None
    refused: str | None = None


class TokenServiceFailed(Exception):
    """No token, and the consent is not to blame. ``code`` is of RFC 6749, section 5.2, or ours; safe to be shown."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ConsentRefused(TokenServiceFailed):
    """The grant is not, or not any more, what the provider accepts: only a new consent helps."""


class ClientRefused(TokenServiceFailed):
    """The provider does not know this deployment, or not by this secret."""
