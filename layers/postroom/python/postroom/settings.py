"""The only reader of the environment: one frozen value, made once per warm Lambda."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from postroom.audit.model import KEPT
from postroom.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class OAuth2Settings:
    """``public_url`` is where the API answers. A client id that is empty: not registered with that provider.

    ``secret_prefix``, with a provider's name behind it, names the secret that proves who we are. ``local_server`` takes
    the place of all providers, in local mode alone; empty otherwise.
    """

    public_url: str
    google_client_id: str
    microsoft_client_id: str
    secret_prefix: str
    local_server: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is set, in one place.

    ``sealing_secret`` names what seals links with tokens, ``links_secret`` what seals links to preferences.
    ``audit_retention``: of an entry of the audit log. ``stack``
    begins the names of the functions. ``lease``: how long a sender may hold a message. Longer than it may run, shorter
    than its queue hides a batch.
    """

    stage: str
    local: bool
    accounts_table: str
    messages_table: str
    directory_table: str
    notifications_table: str
    content_bucket: str
    queue_high_url: str
    queue_normal_url: str
    queue_low_url: str
    dead_letter_queue_url: str
    mails_queue_url: str
    sealing_secret: str
    links_secret: str
    imports_queue_url: str
    fan_out_queue_url: str
    secret_prefix: str
    max_retries: int
    message_lifetime: timedelta
    retention: timedelta
    audit_retention: timedelta
    inline_content_limit: int
    lease: timedelta
    stack: str
    alarm_topic: str
    requests_per_minute_per_tenant: int
    requests_per_minute_per_key: int
    oauth2: OAuth2Settings


_DEFAULT_MAX_RETRIES = "3"
_DEFAULT_MESSAGE_LIFETIME_HOURS = "72"
_DEFAULT_RETENTION_DAYS = "90"
_DEFAULT_AUDIT_RETENTION_DAYS = str(KEPT.days)
_DEFAULT_INLINE_CONTENT_BYTES = "300000"
_DEFAULT_LEASE_SECONDS = "90"
_DEFAULT_REQUESTS_PER_TENANT = "3000"
_DEFAULT_REQUESTS_PER_KEY = "1500"
_DEFAULT_OAUTH2_SECRET_PREFIX = "postroom-oauth2/"  # noqa: S105 - a name, not a secret


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises Misconfigured naming every variable that is missing or not a number, all at once."""
    reader = _Reader(environ)
    local = reader.text("POSTROOM_LOCAL", "false") == "true"
    settings = Settings(
        stage=reader.text("POSTROOM_STAGE"),
        local=local,
        accounts_table=reader.text("ACCOUNTS_TABLE"),
        messages_table=reader.text("MESSAGES_TABLE"),
        directory_table=reader.text("DIRECTORY_TABLE"),
        notifications_table=reader.text("NOTIFICATIONS_TABLE"),
        content_bucket=reader.text("CONTENT_BUCKET"),
        queue_high_url=reader.text("QUEUE_HIGH_URL"),
        queue_normal_url=reader.text("QUEUE_NORMAL_URL"),
        queue_low_url=reader.text("QUEUE_LOW_URL"),
        dead_letter_queue_url=reader.text("DEAD_LETTER_QUEUE_URL"),
        mails_queue_url=reader.text("MAILS_QUEUE_URL"),
        sealing_secret=reader.text("SEALING_SECRET"),
        links_secret=reader.text("LINKS_SECRET"),
        imports_queue_url=reader.text("IMPORTS_QUEUE_URL"),
        fan_out_queue_url=reader.text("FAN_OUT_QUEUE_URL"),
        secret_prefix=reader.text("SECRET_PREFIX"),
        max_retries=reader.number("MAX_RETRIES", _DEFAULT_MAX_RETRIES),
        message_lifetime=timedelta(hours=reader.number("MESSAGE_LIFETIME_HOURS", _DEFAULT_MESSAGE_LIFETIME_HOURS)),
        retention=timedelta(days=reader.number("RETENTION_DAYS", _DEFAULT_RETENTION_DAYS)),
        audit_retention=_audit_retention(reader),
        inline_content_limit=reader.number("INLINE_CONTENT_BYTES", _DEFAULT_INLINE_CONTENT_BYTES),
        lease=timedelta(seconds=reader.number("LEASE_SECONDS", _DEFAULT_LEASE_SECONDS)),
        stack=reader.text("STACK_NAME"),
        alarm_topic=reader.text("ALARM_TOPIC"),
        requests_per_minute_per_tenant=reader.number("REQUESTS_PER_MINUTE_PER_TENANT", _DEFAULT_REQUESTS_PER_TENANT),
        requests_per_minute_per_key=reader.number("REQUESTS_PER_MINUTE_PER_KEY", _DEFAULT_REQUESTS_PER_KEY),
        oauth2=_read_oauth2(reader, local=local),
    )
    reader.complain()
    return settings


def _read_oauth2(reader: "_Reader", *, local: bool) -> OAuth2Settings:
    settings = OAuth2Settings(
        public_url=reader.text("PUBLIC_URL", ""),
        google_client_id=reader.text("GOOGLE_CLIENT_ID", ""),
        microsoft_client_id=reader.text("MICROSOFT_CLIENT_ID", ""),
        secret_prefix=reader.text("OAUTH2_SECRET_PREFIX", _DEFAULT_OAUTH2_SECRET_PREFIX),
        local_server=reader.text("OAUTH2_LOCAL_SERVER", ""),
    )
    if settings.local_server and not local:
        reader.fault("OAUTH2_LOCAL_SERVER is for local mode alone")
    return settings


@dataclass(frozen=True, slots=True)
class KeySettings:
    """What is needed to make a key."""

    directory_table: str
    audit_retention: timedelta


def read_key_settings(environ: Mapping[str, str]) -> KeySettings:
    """Raises Misconfigured."""
    reader = _Reader(environ)
    settings = KeySettings(reader.text("DIRECTORY_TABLE"), _audit_retention(reader))
    reader.complain()
    return settings


def _audit_retention(reader: "_Reader") -> timedelta:
    return timedelta(days=reader.number("AUDIT_RETENTION_DAYS", _DEFAULT_AUDIT_RETENTION_DAYS))


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._faults: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        value = self._environ.get(name) or default
        if value is None:
            self._faults.append(f"{name} is not set")
        return value or ""

    def number(self, name: str, default: str) -> int:
        value = self.text(name, default)
        if not value.isdigit():
            self._faults.append(f"{name} must be a whole number, not {value!r}")
            return 0
        return int(value)

    def fault(self, words: str) -> None:
        self._faults.append(words)

    def complain(self) -> None:
        if self._faults:
            raise Misconfigured("; ".join(self._faults))
