"""The JSON of accounts that goes out. A password never does."""

from dataclasses import asdict
from datetime import datetime

from postroom.accounts.bounds import Bound, connections_bound, daily_bound, recipients_bound, spacing_bound
from postroom.accounts.ceilings import unit_of, window_of
from postroom.accounts.fields import MASK
from postroom.accounts.model import (
    Account,
    AccountConfig,
    AccountEvent,
    AccountStatus,
    ConnectionType,
    CredentialKind,
    EventKind,
    LastError,
    Pipelining,
    QuotaUnit,
    QuotaWindow,
)
from postroom.accounts.usage_now import usage_at
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


class LimitAnswer(ResponseBody):
    """``effective`` is the strictest of what was set, was learned from the provider's replies, and is its own limit."""

    set: int | None
    learned: int | None
    provider: int | None
    effective: int | None
    recovers_at: datetime | None

    @classmethod
    def of(cls, bound: Bound[int]) -> "LimitAnswer":
        return cls(**asdict(bound))


class SpacingAnswer(ResponseBody):
    """In seconds between two mails; otherwise as the other limits."""

    set: float | None
    learned: float | None
    provider: float | None
    effective: float | None
    recovers_at: datetime | None

    @classmethod
    def of(cls, bound: Bound[float]) -> "SpacingAnswer":
        return cls(**asdict(bound))


class LimitsAnswer(ResponseBody):
    """``recipients`` are those of one mail; null where nobody has said anything."""

    daily: LimitAnswer
    spacing: SpacingAnswer
    connections: LimitAnswer
    recipients: LimitAnswer

    @classmethod
    def of(cls, account: Account, now: datetime) -> "LimitsAnswer":
        return cls(
            daily=LimitAnswer.of(daily_bound(account, now)),
            spacing=SpacingAnswer.of(spacing_bound(account, now)),
            connections=LimitAnswer.of(connections_bound(account, now)),
            recipients=LimitAnswer.of(recipients_bound(account)),
        )


class OAuth2Answer(ResponseBody):
    """``connected``: its owner has agreed; whether that still holds is in the account's status.

    ``expires_at`` is that of the access token, which is renewed before.
    """

    connected: bool
    authorized_at: datetime | None
    expires_at: datetime | None

    @classmethod
    def of(cls, account: Account) -> "OAuth2Answer | None":
        if account.config.credential is CredentialKind.PASSWORD:
            return None
        known = account.authorization
        return cls(
            connected=known is not None,
            authorized_at=known.authorized_at if known else None,
            expires_at=known.expires_at if known else None,
        )


class AccountAnswer(ResponseBody):
    """``quota_unit`` and ``quota_window`` are as it is counted: as its provider does where that is stricter."""

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
    credential: CredentialKind
    oauth2: OAuth2Answer | None
    max_connections: int
    smtp_pipelining: Pipelining
    quota_unit: QuotaUnit
    high_priority_share: int
    pipelining: PipeliningAnswer
    emails_sent: int
    remaining: int
    limits: LimitsAnswer
    resets_at: datetime
    rests_until: datetime | None
    last_error: LastErrorAnswer | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, account: Account, now: datetime) -> "AccountAnswer":
        usage = usage_at(account, now)
        counted = {"quota_unit": unit_of(account.config), "quota_window": window_of(account.config)}
        config = {name: getattr(account.config, name) for name in AccountConfig.__dataclass_fields__} | counted
        by_password = account.config.credential is CredentialKind.PASSWORD
        return cls(
            **config,
            id=account.id,
            smtp_password=MASK if account.secret_version and by_password else None,
            oauth2=OAuth2Answer.of(account),
            pipelining=PipeliningAnswer.of(account),
            emails_sent=usage.sent,
            remaining=usage.remaining,
            limits=LimitsAnswer.of(account, now),
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
