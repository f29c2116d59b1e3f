"""The JSON of accounts. A password goes in and never comes out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from postroom.accounts.model import (
    MAX_CONNECTIONS,
    Account,
    AccountConfig,
    AccountEvent,
    AccountStatus,
    ConnectionType,
    EventKind,
    LastError,
    Pipelining,
    QuotaUnit,
    QuotaWindow,
)
from postroom.accounts.quota import Usage
from postroom.accounts.rules import one_kind_of_tls
from postroom.accounts.usage import DayUsage
from postroom.errors import FieldError, Invalid
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import AsText, EmailText, HeaderText, Timezone

MASK = "********"

_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*\.?")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]{2,45}")
_OTHER_NAMES = {"smtp": ConnectionType.SMTP, "custom": ConnectionType.SMTP}


def _host(text: str) -> str:
    if _HOST.fullmatch(text) or (":" in text and _IPV6.fullmatch(text)):
        return text
    raise PydanticCustomError("host", "must be a host name or an IP address, without a scheme or a port")


def _connection_type(value: Any) -> Any:  # noqa: ANN401 - pydantic hands in what the caller sent
    return _OTHER_NAMES.get(value, value) if isinstance(value, str) else value


def _password(text: str) -> str:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PydanticCustomError("password", "must not contain NUL or broken Unicode")
    return text


Host = Annotated[str, AfterValidator(_host)]
Password = Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_password)]
SenderName = Annotated[HeaderText, Field(max_length=200)]
Username = Annotated[HeaderText, Field(min_length=1, max_length=320)]
DailyLimit = Annotated[int, Field(ge=0, le=1_000_000)]
MinWaitTime = Annotated[float, Field(ge=0, le=3600, description="Seconds between two mails of this account.")]
Port = Annotated[int, Field(ge=1, le=65535)]
Connection = Annotated[ConnectionType, AsText, BeforeValidator(_connection_type)]
Window = Annotated[QuotaWindow, AsText]
MaxConnections = Annotated[int, Field(ge=1, le=100, description="Connections to its server at the same time.")]
PipeliningSwitch = Annotated[Pipelining, AsText]
Unit = Annotated[QuotaUnit, AsText]
HighShare = Annotated[int, Field(ge=0, le=100, description="Percentage of the limit kept for mail of high priority.")]
OwnersStatus = Literal["active", "inactive", "pending"]


class AccountBody(RequestBody):
    email: EmailText
    smtp_host: Host
    smtp_port: Port = 587
    smtp_use_tls: bool = False
    smtp_use_ssl: bool = False
    smtp_username: Username | None = None
    smtp_password: Password | None = Field(default=None, repr=False)
    sender_name: SenderName = ""
    reply_to: EmailText | None = None
    connection_type: Connection = ConnectionType.SMTP
    status: OwnersStatus = "active"
    daily_limit: DailyLimit = 30
    min_wait_time: MinWaitTime = 1.0
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

    def config(self) -> AccountConfig:
        values = {name: getattr(self, name) for name in AccountConfig.__dataclass_fields__}
        return AccountConfig(**values | {"status": AccountStatus(self.status)})


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

    id: Any = None
    emails_sent: Any = None
    remaining: Any = None
    resets_at: Any = None
    rests_until: Any = None
    last_error: Any = None
    pipelining: Any = None
    created_at: Any = None
    updated_at: Any = None

    def config(self, seen: AccountConfig) -> AccountConfig:
        given = self.model_fields_set & set(AccountConfig.__dataclass_fields__)
        values = {name: getattr(self, name) for name in given}
        changed = {name: value for name, value in values.items() if value is not None or name in _CLEARABLE}
        if changed.get("status") == seen.status:
            del changed["status"]
        if changed.get("status") == AccountStatus.ERROR:
            raise Invalid((FieldError("status", "error is set by Postroom alone"),))
        if "status" in changed:
            changed["status"] = AccountStatus(changed["status"])
        return replace(seen, **changed)

    @property
    def new_password(self) -> str | None:
        return None if self.smtp_password == MASK else self.smtp_password


_CLEARABLE = frozenset({"reply_to", "smtp_username"})


class LastErrorAnswer(ResponseBody):
    at: datetime
    kind: str
    message: str

    @classmethod
    def of(cls, error: LastError) -> "LastErrorAnswer":
        return cls(at=error.at, kind=error.reply_class, message=error.words)


class PipeliningAnswer(ResponseBody):
    """``reason`` and ``since`` are there when the server announced it and did it badly."""

    in_use: bool
    reason: str | None
    since: datetime | None

    @classmethod
    def of(cls, account: Account) -> "PipeliningAnswer":
        fault = account.pipelining_fault
        return cls(
            in_use=account.may_pipeline,
            reason=fault.words if fault else None,
            since=fault.at if fault else None,
        )


class AccountAnswer(ResponseBody):
    id: str
    email: str
    sender_name: str
    reply_to: str | None
    connection_type: ConnectionType
    status: AccountStatus
    daily_limit: int
    min_wait_time: float
    quota_window: QuotaWindow
    timezone: str
    smtp_host: str
    smtp_port: int
    smtp_use_tls: bool
    smtp_use_ssl: bool
    smtp_username: str | None
    smtp_password: str | None
    max_connections: int
    smtp_pipelining: Pipelining
    quota_unit: QuotaUnit
    high_priority_share: int
    pipelining: PipeliningAnswer
    emails_sent: int
    remaining: int
    resets_at: datetime
    rests_until: datetime | None
    last_error: LastErrorAnswer | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, account: Account, usage: Usage) -> "AccountAnswer":
        config = {name: getattr(account.config, name) for name in AccountConfig.__dataclass_fields__}
        return cls(
            **config,
            id=account.id,
            smtp_password=MASK if account.secret_version else None,
            pipelining=PipeliningAnswer.of(account),
            emails_sent=usage.sent,
            remaining=usage.remaining,
            resets_at=usage.resets_at,
            rests_until=account.rest_until,
            last_error=LastErrorAnswer.of(account.last_error) if account.last_error else None,
            created_at=account.created_at,
            updated_at=account.updated_at,
        )


class EventAnswer(ResponseBody):
    id: str
    at: datetime
    kind: EventKind
    detail: str

    @classmethod
    def of(cls, event: AccountEvent) -> "EventAnswer":
        return cls(id=event.id, at=event.at, kind=event.kind, detail=event.detail)


class DayAnswer(ResponseBody):
    day: str
    sent: int

    @classmethod
    def of(cls, usage: DayUsage) -> "DayAnswer":
        return cls(day=usage.day, sent=usage.sent)


class UsageAnswer(ResponseBody):
    """``logins`` are today's, ``open_connections`` those of this moment."""

    account_id: str
    timezone: str
    logins: int
    open_connections: int
    items: list[DayAnswer]
