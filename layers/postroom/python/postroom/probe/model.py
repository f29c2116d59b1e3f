"""What is found out about an account's connection, and how it is told to its owner."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from postroom.accounts.model import Account
from postroom.delivery.smtp.watch import Certificate, Protection, Step

PATIENCE = 20.0
"""Seconds for a test in all. API Gateway answers after thirty by itself, and nobody would know what was found."""

TESTS_AT_ONCE = 10
"""Tests side by side."""


class Cause(StrEnum):
    """Stable words: programs may rely on them. ``probe.advice`` says what is to be done about each."""

    HOST_UNKNOWN = "host_unknown"
    DNS_UNAVAILABLE = "dns_unavailable"
    HOST_NOT_PUBLIC = "host_not_public"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_TIMEOUT = "connection_timeout"
    PORT_25_BLOCKED = "port_25_blocked"
    HOST_UNREACHABLE = "host_unreachable"
    TLS_ON_STARTTLS_PORT = "tls_on_starttls_port"
    TLS_ON_PLAIN_PORT = "tls_on_plain_port"
    STARTTLS_ON_TLS_PORT = "starttls_on_tls_port"
    CERTIFICATE_NAME = "certificate_name"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    CERTIFICATE_SELF_SIGNED = "certificate_self_signed"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    TLS_TOO_OLD = "tls_too_old"
    TLS_FAILED = "tls_failed"
    STARTTLS_MISSING = "starttls_missing"
    STARTTLS_REFUSED = "starttls_refused"
    STARTTLS_ATTACKED = "starttls_attacked"
    UNENCRYPTED = "unencrypted"
    SERVER_SILENT = "server_silent"
    CONNECTION_LOST = "connection_lost"
    NOT_SMTP = "not_smtp"
    SERVER_BUSY = "server_busy"
    SERVER_REFUSES = "server_refuses"
    LOGIN_MISSING = "login_missing"
    MECHANISM_MISSING = "mechanism_missing"
    CREDENTIALS_MISSING = "credentials_missing"
    CONSENT_MISSING = "consent_missing"
    TOKEN_UNAVAILABLE = "token_unavailable"  # noqa: S105 - a word, not a secret
    SERVER_WITHOUT_OAUTH2 = "server_without_oauth2"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105
    APP_PASSWORD_NEEDED = "app_password_needed"  # noqa: S105
    SMTP_CREDENTIALS_NEEDED = "smtp_credentials_needed"
    BASIC_LOGIN_DISABLED = "basic_login_disabled"
    SMTP_LOGIN_DISABLED = "smtp_login_disabled"
    BROWSER_LOGIN_NEEDED = "browser_login_needed"
    TOKEN_REFUSED = "token_refused"  # noqa: S105
    ACCOUNT_LOCKED = "account_locked"
    TOO_MANY_LOGINS = "too_many_logins"
    LOGIN_UNAVAILABLE = "login_unavailable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Advice:
    """``remedy``: one sentence or two for the owner. ``source``: where it comes from."""

    cause: Cause
    remedy: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a step failed. ``certificate``: the one that was shown and not accepted."""

    words: str
    advice: Advice
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class StepResult:
    """``ok`` is None for a step that was not tried."""

    step: Step
    ok: bool | None = None
    detail: str = "Not tried"
    milliseconds: int = 0
    advice: Advice | None = None
    protection: Protection | None = None
    certificate: Certificate | None = None
    features: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """``account`` is as it was left. ``tested``: whether the server, or the way to it, was asked at all."""

    account: Account
    message: str
    steps: tuple[StepResult, ...]
    tested: bool = True
    success: bool = False
