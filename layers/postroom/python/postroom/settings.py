"""The only reader of the environment: one frozen value, made once per warm Lambda."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from postroom.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Settings:
    """``lease``: how long a sender may hold a message. Longer than it may run, shorter than its queue hides a batch."""

    stage: str
    local: bool
    accounts_table: str
    messages_table: str
    directory_table: str
    content_bucket: str
    queue_high_url: str
    queue_normal_url: str
    queue_low_url: str
    dead_letter_queue_url: str
    secret_prefix: str
    max_retries: int
    message_lifetime: timedelta
    retention: timedelta
    inline_content_limit: int
    lease: timedelta


_DEFAULT_MAX_RETRIES = "3"
_DEFAULT_MESSAGE_LIFETIME_HOURS = "72"
_DEFAULT_RETENTION_DAYS = "90"
_DEFAULT_INLINE_CONTENT_BYTES = "300000"
_DEFAULT_LEASE_SECONDS = "90"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises Misconfigured naming every variable that is missing or not a number, all at once."""
    reader = _Reader(environ)
    settings = Settings(
        stage=reader.text("POSTROOM_STAGE"),
        local=reader.text("POSTROOM_LOCAL", "false") == "true",
        accounts_table=reader.text("ACCOUNTS_TABLE"),
        messages_table=reader.text("MESSAGES_TABLE"),
        directory_table=reader.text("DIRECTORY_TABLE"),
        content_bucket=reader.text("CONTENT_BUCKET"),
        queue_high_url=reader.text("QUEUE_HIGH_URL"),
        queue_normal_url=reader.text("QUEUE_NORMAL_URL"),
        queue_low_url=reader.text("QUEUE_LOW_URL"),
        dead_letter_queue_url=reader.text("DEAD_LETTER_QUEUE_URL"),
        secret_prefix=reader.text("SECRET_PREFIX"),
        max_retries=reader.number("MAX_RETRIES", _DEFAULT_MAX_RETRIES),
        message_lifetime=timedelta(hours=reader.number("MESSAGE_LIFETIME_HOURS", _DEFAULT_MESSAGE_LIFETIME_HOURS)),
        retention=timedelta(days=reader.number("RETENTION_DAYS", _DEFAULT_RETENTION_DAYS)),
        inline_content_limit=reader.number("INLINE_CONTENT_BYTES", _DEFAULT_INLINE_CONTENT_BYTES),
        lease=timedelta(seconds=reader.number("LEASE_SECONDS", _DEFAULT_LEASE_SECONDS)),
    )
    reader.complain()
    return settings


def read_directory_table(environ: Mapping[str, str]) -> str:
    """The one setting that is needed to make a key. Raises Misconfigured."""
    reader = _Reader(environ)
    table = reader.text("DIRECTORY_TABLE")
    reader.complain()
    return table


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

    def complain(self) -> None:
        if self._faults:
            raise Misconfigured("; ".join(self._faults))
