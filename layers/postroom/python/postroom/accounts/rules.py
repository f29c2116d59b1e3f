"""What an account's connection must be, beyond the type of each field."""

import ipaddress
from collections.abc import Iterator

from postroom.accounts.model import AccountConfig, AccountStatus, CredentialKind
from postroom.accounts.presets import connection_contradicted, limits_contradicted
from postroom.accounts.providers import preset_of
from postroom.errors import FieldError
from postroom.hosts import is_local_host, is_public


def check_connection(config: AccountConfig, *, has_password: bool, local: bool) -> tuple[FieldError, ...]:
    """All faults at once. ``local`` says that we run in local mode, where a host of this machine may do without.

    ``has_password``: or its owner's consent, for one that goes by OAuth2.
    """
    on_this_machine = local and is_local_host(config.smtp_host)
    by_password = config.credential is CredentialKind.PASSWORD
    errors = (
        one_kind_of_tls(use_tls=config.smtp_use_tls, use_ssl=config.smtp_use_ssl),
        None if on_this_machine else _some_tls(config),
        None if on_this_machine or not by_password else _credentials(config, has_password=has_password),
        _both_credentials(config, has_password=has_password) if by_password else None,
        None if by_password else _authorized(config, has_consent=has_password),
        None if local else _public_host(config),
        *contradictions(config, local=local),
    )
    by_field = {error.field: error for error in errors if error}  # The last has the most to say: it knows the provider.
    return tuple(by_field.values())


def contradictions(config: AccountConfig, *, local: bool) -> Iterator[FieldError]:
    """What the provider that the account names does not have."""
    preset = preset_of(config)
    if not (local and is_local_host(config.smtp_host)):
        yield from connection_contradicted(config, preset)
    yield from limits_contradicted(config, preset)


def password_told(before: AccountConfig, after: AccountConfig) -> Iterator[FieldError]:
    """A stored password is for the server that it was given for: a server of one's own would be told it.

    Access tokens go to their provider's servers alone.
    """
    hosts = {config.smtp_host.lower().rstrip(".") for config in (before, after)}
    if len(hosts) > 1 and after.credential is CredentialKind.PASSWORD:
        yield FieldError("smtp_password", "is needed again with another smtp_host")


def one_kind_of_tls(*, use_tls: object, use_ssl: object) -> FieldError | None:
    if use_tls is True and use_ssl is True:
        return FieldError("smtp_use_ssl", "cannot be used together with smtp_use_tls; port 587 wants TLS, 465 SSL")
    return None


def _some_tls(config: AccountConfig) -> FieldError | None:
    if not config.smtp_use_tls and not config.smtp_use_ssl:
        return FieldError("smtp_use_tls", "smtp_use_tls or smtp_use_ssl is needed: mail is never sent unencrypted")
    return None


def _credentials(config: AccountConfig, *, has_password: bool) -> FieldError | None:
    if config.smtp_username is None and not has_password:
        return FieldError("smtp_username", "smtp_username and smtp_password are needed")
    return None


def _both_credentials(config: AccountConfig, *, has_password: bool) -> FieldError | None:
    if config.smtp_username is not None and not has_password:
        return FieldError("smtp_password", "is needed with smtp_username")
    if config.smtp_username is None and has_password:
        return FieldError("smtp_username", "is needed with smtp_password")
    return None


def _authorized(config: AccountConfig, *, has_consent: bool) -> FieldError | None:
    if config.status is AccountStatus.ACTIVE and not has_consent:
        return FieldError("status", "the account must be authorized first: POST /v1/accounts/{id}/oauth2/authorize")
    return None


def _public_host(config: AccountConfig) -> FieldError | None:
    host = config.smtp_host.lower()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        public = host != "localhost" and not host.endswith((".localhost", ".internal", ".local"))
    else:
        public = is_public(host)
    return None if public else FieldError("smtp_host", "must be a host on the public internet")
