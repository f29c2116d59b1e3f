"""What opens an account's session, for whoever opens one."""

from postroom.bootstrap.accounts import build_passwords
from postroom.bootstrap.when_used import when_used
from postroom.delivery.credentials import ByKind, Credentials
from postroom.delivery.stored_passwords import StoredPasswords
from postroom.settings import Settings


def build_credentials(settings: Settings) -> Credentials:
    return ByKind(StoredPasswords(build_passwords(settings)), when_used(lambda: _access_tokens(settings)))


def _access_tokens(settings: Settings) -> Credentials:
    # The first account with a token pays for what OAuth2 needs, and not every cold start.
    from postroom.bootstrap.oauth2 import build_access_tokens  # noqa: PLC0415

    return build_access_tokens(settings)
