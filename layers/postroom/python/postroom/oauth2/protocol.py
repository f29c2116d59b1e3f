"""What is said to an authorization server, and what its answers mean (RFC 6749, RFC 7636), by oauthlib.

oauthlib is imported when it is used: an account with a password must not pay for it at a cold start.
"""

import re
from typing import TYPE_CHECKING

from postroom.oauth2.model import Client, ClientRefused, ConsentRefused, Granted, TokenServiceFailed

if TYPE_CHECKING:
    from oauthlib.oauth2 import WebApplicationClient

_CONSENT_IS_GONE = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
"""RFC 6749, 5.2; the others are Microsoft's, when a person has to come again:
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow, a copy of 2024 read on 2026-11-20. It has
``login_required`` for the page of consent alone, where it cannot be met; here it could mean nothing else."""

_CLIENT_IS_WRONG = frozenset({"invalid_client", "unauthorized_client"})
_CODE = re.compile(r"[a-z_]{1,40}")
_VERIFIER_LENGTH = 64
_DEFAULT_LIFETIME = 3600
_LONGEST_LIFETIME = 86_400
"""Seconds; what is told beyond is not believed."""


def new_verifier() -> str:
    return str(_client("").create_code_verifier(_VERIFIER_LENGTH))


def consent_url(client: Client, state: str, verifier: str, mailbox: str) -> str:
    """``mailbox`` is who should consent; the provider may let another choose."""
    provider, web = client.provider, _client(client.client_id)
    url = web.prepare_request_uri(
        provider.consent_url,
        redirect_uri=client.redirect_uri,
        scope=provider.scopes,
        state=state,
        code_challenge=web.create_code_challenge(verifier, "S256"),
        code_challenge_method="S256",
        login_hint=mailbox,
        **dict(provider.asks),
    )
    return str(url)


def exchange_body(client: Client, client_secret: str, code: str, verifier: str) -> str:
    web = _client(client.client_id)
    body = web.prepare_request_body(
        code=code, redirect_uri=client.redirect_uri, code_verifier=verifier, client_secret=client_secret
    )
    return str(body)


def refresh_body(client: Client, client_secret: str, refresh_token: str) -> str:
    web = _client(client.client_id)
    return str(
        web.prepare_refresh_body(refresh_token=refresh_token, client_id=client.client_id, client_secret=client_secret)
    )


def granted(body: str) -> Granted:
    """Raises TokenServiceFailed and its kinds. What a server says beyond its code may quote what it was asked with."""
    from oauthlib.oauth2.rfc6749.errors import OAuth2Error
    from oauthlib.oauth2.rfc6749.parameters import parse_token_response

    try:
        answer = parse_token_response(body)
    except OAuth2Error as error:
        raise _failure(error.error) from None
    except (ValueError, TypeError, AttributeError):
        raise TokenServiceFailed("invalid_response") from None
    access, refresh, scope = answer["access_token"], answer.get("refresh_token"), answer.get("scope")
    if not (isinstance(access, str) and access.isascii() and access.isprintable() and access):
        raise TokenServiceFailed("invalid_response")
    return Granted(
        access_token=access,
        lifetime=min(_lifetime(answer.get("expires_in")), _LONGEST_LIFETIME),
        refresh_token=refresh if isinstance(refresh, str) and refresh else None,
        scopes=frozenset(scope) if scope else None,
    )


def _failure(code: str | None) -> TokenServiceFailed:
    shown = code if code and _CODE.fullmatch(code) else "invalid_response"
    if shown in _CONSENT_IS_GONE:
        return ConsentRefused(shown)
    return ClientRefused(shown) if shown in _CLIENT_IS_WRONG else TokenServiceFailed(shown)


def _lifetime(seconds: object) -> int:
    return seconds if isinstance(seconds, int) and seconds > 0 else _DEFAULT_LIFETIME


def _client(client_id: str) -> "WebApplicationClient":
    from oauthlib.oauth2 import WebApplicationClient

    return WebApplicationClient(client_id)
