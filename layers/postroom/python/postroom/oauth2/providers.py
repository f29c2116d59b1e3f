"""What is known of the providers: one entry each, with its source.

What was read are copies that others have stored, not the pages as they are today.
"""

from collections.abc import Mapping
from dataclasses import replace

from postroom.accounts.model import ConnectionType, CredentialKind
from postroom.accounts.providers import PRESETS
from postroom.oauth2.model import Provider, ProviderName

_WITH_CONSENT = tuple(preset for preset in PRESETS if CredentialKind.OAUTH2 in preset.signs_in_with)


def _hosts(kind: ConnectionType) -> frozenset[str]:
    return frozenset(host for preset in _WITH_CONSENT if preset.connection_type is kind for host in preset.hosts)


GOOGLE = Provider(
    name=ProviderName.GOOGLE,
    title="Google",
    consent_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address, not a password
    scopes=("https://mail.google.com/",),
    scope_of_mail="https://mail.google.com/",
    # Without the second, a refresh token comes with the first consent alone.
    asks=(("access_type", "offline"), ("prompt", "consent")),
    smtp_hosts=_hosts(ConnectionType.GMAIL),
    source="https://developers.google.com/workspace/gmail/imap/xoauth2-protocol, a copy read on 2026-11-20; for the "
    "addresses and what is asked https://developers.google.com/identity/protocols/oauth2/web-server as others quote it",
)

MICROSOFT = Provider(
    name=ProviderName.MICROSOFT,
    title="Microsoft",
    consent_url="https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    token_url="https://login.microsoftonline.com/common/oauth2/v2.0/token",  # noqa: S106 - as above
    scopes=("https://outlook.office.com/SMTP.Send", "offline_access"),
    scope_of_mail="https://outlook.office.com/SMTP.Send",
    asks=(),
    smtp_hosts=_hosts(ConnectionType.OUTLOOK),
    source="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow and "
    "https://learn.microsoft.com/exchange/client-developer/legacy-protocols/"
    "how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth, copies read on 2026-11-20",
)

PROVIDERS: Mapping[ProviderName, Provider] = {provider.name: provider for provider in (GOOGLE, MICROSOFT)}

PROVIDER_OF: Mapping[ConnectionType, ProviderName] = {
    preset.connection_type: provider.name
    for preset in _WITH_CONSENT
    for provider in PROVIDERS.values()
    if provider.smtp_hosts.issuperset(preset.hosts)
}


def local_providers(server: str) -> Mapping[ProviderName, Provider]:
    """The same, at an authorization server of this machine; for local mode."""
    return {
        name: replace(
            provider,
            consent_url=f"{server}/{name}/authorize",
            token_url=f"{server}/{name}/token",
            smtp_hosts=frozenset({"localhost", "127.0.0.1"}),
        )
        for name, provider in PROVIDERS.items()
    }
