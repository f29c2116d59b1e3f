"""The JSON of accounts that comes in."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from postroom.accounts.fields import (
    MASK,
    Connection,
    Credential,
    DailyLimit,
    HighShare,
    Host,
    MaxConnections,
    MinWaitTime,
    OwnersStatus,
    Password,
    PipeliningSwitch,
    Port,
    SenderName,
    Unit,
    Username,
    Window,
    connection_type_of,
)
from postroom.accounts.model import (
    MAX_CONNECTIONS,
    MIN_WAIT_TIME,
    AccountConfig,
    AccountStatus,
    ConnectionType,
    CredentialKind,
    Pipelining,
    QuotaUnit,
    QuotaWindow,
)
from postroom.accounts.presets import completed, without_limits_of
from postroom.accounts.providers import host_needed, preset_of
from postroom.accounts.rules import contradictions, one_kind_of_tls
from postroom.errors import FieldError, Invalid
from postroom.web.body import RequestBody
from postroom.web.fields import EmailText, Timezone

_BOTH_KINDS_OF_TLS: JsonDict = {
    "required": ["smtp_use_tls", "smtp_use_ssl"],
    "properties": {"smtp_use_tls": {"const": True}, "smtp_use_ssl": {"const": True}},
}
_PASSWORD_BESIDE_OAUTH2: JsonDict = {
    "required": ["credential", "smtp_password"],
    "properties": {"credential": {"const": "oauth2"}, "smtp_password": {"type": "string"}},
}


class AccountBody(RequestBody):
    """What a preset knows of its provider may be left out; ``smtp_host`` may where the provider has one for all."""

    model_config = ConfigDict(json_schema_extra={"not": {"anyOf": [_BOTH_KINDS_OF_TLS, _PASSWORD_BESIDE_OAUTH2]}})

    email: EmailText
    smtp_host: Host | None = None
    smtp_port: Port = 587
    smtp_use_tls: bool = False
    smtp_use_ssl: bool = False
    smtp_username: Username | None = None
    smtp_password: Password | None = Field(default=None, repr=False)
    sender_name: SenderName = ""
    reply_to: EmailText | None = None
    connection_type: Connection = ConnectionType.SMTP
    credential: Credential = CredentialKind.PASSWORD
    status: OwnersStatus = "pending"
    daily_limit: DailyLimit = 30
    min_wait_time: MinWaitTime = MIN_WAIT_TIME
    quota_window: Window = QuotaWindow.CALENDAR_DAY
    timezone: Timezone = "UTC"
    max_connections: MaxConnections = MAX_CONNECTIONS
    smtp_pipelining: PipeliningSwitch = Pipelining.AUTO
    quota_unit: Unit = QuotaUnit.MESSAGES
    high_priority_share: HighShare = 0

    @classmethod
    def across(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        both = one_kind_of_tls(use_tls=given.get("smtp_use_tls"), use_ssl=given.get("smtp_use_ssl"))
        if both is not None:
            yield both.field, both.message
        if given.get("smtp_password") == MASK:
            yield "smtp_password", "is the mask that answers show, not a password"
        if given.get("credential") == CredentialKind.OAUTH2 and given.get("smtp_password") is not None:
            yield "smtp_password", "is not used with the credential oauth2"
        if given.get("smtp_host") is None and (needed := _host_needed(given.get("connection_type", "custom"))):
            yield "smtp_host", needed

    def beside(self) -> Iterator[FieldError]:
        known = self._given()
        # A provider that is not there may have been named wrongly, and then nobody knows what contradicts it.
        if "connection_type" in known:
            # A host of this machine is right in local mode, and a body does not know of that.
            yield from (error for error in contradictions(self.config(), local=True) if error.field in known)

    def config(self) -> AccountConfig:
        values = {name: getattr(self, name) for name in AccountConfig.__dataclass_fields__}
        config = AccountConfig(**values | {"status": AccountStatus(self.status), "smtp_host": self.smtp_host or ""})
        return completed(config, preset_of(config), self._given())

    def _given(self) -> set[str]:
        told = self.model_fields_set & set(AccountConfig.__dataclass_fields__) - {"status"}
        return {name for name in told if getattr(self, name) is not None}


class AccountChangeBody(RequestBody):
    """What is left out stays as it is. What only we write is taken, as in a changed answer, and not looked at."""

    email: EmailText | None = None
    smtp_host: Host | None = None
    smtp_port: Port | None = None
    smtp_use_tls: bool | None = None
    smtp_use_ssl: bool | None = None
    smtp_username: Username | None = None
    smtp_password: Password | None = Field(default=None, repr=False)
    sender_name: SenderName | None = None
    reply_to: EmailText | None = None
    connection_type: Connection | None = None
    status: Literal["active", "inactive", "pending", "error"] | None = None
    daily_limit: DailyLimit | None = None
    min_wait_time: MinWaitTime | None = None
    quota_window: Window | None = None
    timezone: Timezone | None = None
    max_connections: MaxConnections | None = None
    smtp_pipelining: PipeliningSwitch | None = None
    quota_unit: Unit | None = None
    high_priority_share: HighShare | None = None
    credential: Credential | None = None

    id: Any = None
    oauth2: Any = None
    emails_sent: Any = None
    remaining: Any = None
    limits: Any = None
    resets_at: Any = None
    rests_until: Any = None
    last_error: Any = None
    pipelining: Any = None
    created_at: Any = None
    updated_at: Any = None

    def config(self, seen: AccountConfig) -> AccountConfig:
        if refused := tuple(self._refused(seen)):
            raise Invalid(refused)
        given = (self.model_fields_set & set(AccountConfig.__dataclass_fields__)) - {"credential"}
        values = {name: getattr(self, name) for name in given}
        changed = {name: value for name, value in values.items() if value is not None or name in _CLEARABLE}
        if changed.get("status") == seen.status:
            del changed["status"]
        if "status" in changed:
            changed["status"] = AccountStatus(changed["status"])
        config = replace(seen, **changed)
        if config.connection_type is seen.connection_type:
            return config
        return _with_another_provider(seen, changed)

    def _refused(self, seen: AccountConfig) -> Iterator[FieldError]:
        if self.status == "error" and seen.status is not AccountStatus.ERROR:
            yield FieldError("status", "error is set by Postroom alone")
        other = self.credential is not None and self.credential is not seen.credential
        if other and self.credential is CredentialKind.OAUTH2:
            yield FieldError("credential", "is oauth2 once its owner consents: POST /v1/accounts/{id}/oauth2/authorize")
        if other and self.credential is CredentialKind.PASSWORD and self.new_password is None:
            yield FieldError("credential", "is password once there is one: give smtp_password")

    @property
    def new_password(self) -> str | None:
        return None if self.smtp_password == MASK else self.smtp_password


def _with_another_provider(seen: AccountConfig, changed: Mapping[str, Any]) -> AccountConfig:
    config = replace(without_limits_of(preset_of(seen), seen), **changed)
    # The former mailbox does not log in there: who names no other one has that of the address.
    mailbox = config if "smtp_username" in changed else replace(config, smtp_username=None)
    return completed(config, preset_of(mailbox), set(changed))


def _host_needed(connection_type: object) -> str | None:
    known = connection_type_of(connection_type)
    is_known = isinstance(known, str) and known in set(ConnectionType)
    return host_needed(ConnectionType(known)) if is_known else None


_CLEARABLE = frozenset({"reply_to", "smtp_username"})
