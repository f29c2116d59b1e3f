"""The JSON of accounts that goes out. A password never does."""

from datetime import datetime

from postroom.accounts.fields import MASK
from postroom.accounts.model import (
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
from postroom.accounts.usage import DayUsage
from postroom.web.body import ResponseBody


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
