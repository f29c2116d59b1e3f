"""A mailbox that sends: its configuration, its limits and what it has sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ConnectionType(StrEnum):
    GMAIL = "gmail"
    OUTLOOK = "outlook"
    YAHOO = "yahoo"
    ZOHO = "zoho"
    SES = "ses"
    SMTP = "imap/smtp"


class AccountStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    PENDING = "pending"
    ERROR = "error"


class QuotaWindow(StrEnum):
    CALENDAR_DAY = "calendar_day"
    ROLLING_24H = "rolling_24h"


class QuotaUnit(StrEnum):
    """What a provider counts."""

    MESSAGES = "messages"
    RECIPIENTS = "recipients"


class Pipelining(StrEnum):
    AUTO = "auto"
    OFF = "off"


class CredentialKind(StrEnum):
    PASSWORD = "password"  # noqa: S105 - a kind, not a password
    OAUTH2 = "oauth2"


MAX_CONNECTIONS = 10
"""A fifth of what Postfix takes from one client (smtpd_client_connection_count_limit), half of what Exim takes in all
(smtp_accept_max). Some providers allow less: Microsoft 365 three for each mailbox."""

MIN_WAIT_TIME = 1.0


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """What the owner decides.

    ``daily_limit`` is in ``quota_unit``; ``high_priority_share`` is the percentage of it that is kept for mail of high
    priority. ``smtp_pipelining``: AUTO uses what the server offers of RFC 2920 and RFC 3030.
    """

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
    max_connections: int = MAX_CONNECTIONS
    smtp_pipelining: Pipelining = Pipelining.AUTO
    quota_unit: QuotaUnit = QuotaUnit.MESSAGES
    high_priority_share: int = 0
    credential: CredentialKind = CredentialKind.PASSWORD


@dataclass(frozen=True, slots=True)
class Reservation:
    """Units that were granted and not yet settled; ``day``, ``hour`` and ``generation`` say where they are counted."""

    count: int
    day: str
    hour: int
    generation: int
    at_ms: int


SENT, FAILED = "sent", "failed"
"""How tries are counted whose message is through with this account; the others by the class of the reply."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the tries of a lot, and when the last of them succeeded.

    ``classes`` are the same tries, those that failed by the class of the reply, too; the last was made ``tried_at``.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    last_success: datetime | None = None
    classes: Mapping[str, int] = field(default_factory=dict)
    tried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DayCount:
    """``used`` of the quota, in its unit, and what became of the tries."""

    used: int
    outcomes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counter:
    """What the account has used, by local date and by hour.

    ``hours`` maps hours since the epoch to their counts, for the current hour and the 25 before it; ``rolling_used`` is
    their sum. Both windows are always counted, so that changing ``quota_window`` loses nothing. ``finished`` holds days
    that ended and are not yet in the history. ``generation`` rises with each reset by hand: what was reserved before
    it is not given back after it. ``tallies`` has what became of the tries of those days, and of the present one; None
    before the first. ``next_send_ms`` is when the pace lets the next mail go, or when the last one went where there is
    none. Until ``booked_ms`` mails have appointments, and until ``urgent_ms`` those of high priority, for which slots
    are kept. ``turns`` is how far the account has come in the order of turns; None before its first. ``recent`` has, by
    the class of the reply, the tries of the last hour that had any and of the one before it.
    """

    day: str
    day_used: int
    hour: int
    hours: Mapping[int, int]
    rolling_used: int
    next_send_ms: int = 0
    booked_ms: int = 0
    urgent_ms: int = 0
    turns: int | None = None
    generation: int = 0
    finished: Mapping[str, int] = field(default_factory=dict)
    reservations: Mapping[str, Reservation] = field(default_factory=dict)
    tallies: Mapping[str, Mapping[str, int]] | None = None
    recent: Mapping[int, Mapping[str, int]] | None = None

    def day_count(self, day: str) -> DayCount:
        """A reset by hand has put a part of the present day to the finished ones."""
        used = self.finished.get(day, 0) + (self.day_used if day == self.day else 0)
        return DayCount(used, (self.tallies or {}).get(day, {}))


@dataclass(frozen=True, slots=True)
class Sessions:
    """The account's connections, in all processes.

    ``ends`` are milliseconds by session: when it stops counting unless its holder says that it goes on. ``logging_in``
    is the one that is not yet ready. ``logins`` counts by local date, the latest alone.
    """

    ends: Mapping[str, int]
    logins: Mapping[str, int]
    logging_in: str | None = None


@dataclass(frozen=True, slots=True)
class LastError:
    at: datetime
    reply_class: str
    words: str


@dataclass(frozen=True, slots=True)
class PipeliningFault:
    """Why a server's pipelining is not used although it offers it."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A limit that the provider's replies taught, and when; it recovers from then on."""

    value: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Authorization:
    """The owner's consent by OAuth2. ``expires_at`` is the access token's, which is renewed by itself."""

    authorized_at: datetime
    expires_at: datetime | None = None


PROBING_FROM = 3
"""With this many faults in a row an account is on trial again, until a mail is accepted."""


class EventKind(StrEnum):
    STOPPED = "stopped"
    RESTS = "rests"
    RECOVERED = "recovered"
    PROVEN = "proven"
    PIPELINING_OFF = "pipelining_off"
    LIMIT_LEARNED = "limit_learned"
    AUTHORIZED = "authorized"


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """What happened to an account that its owner should know. ``id`` sorts by time."""

    id: str
    at: datetime
    kind: EventKind
    detail: str


@dataclass(frozen=True, slots=True)
class Account:
    """``secret_version`` names the stored password or consent; ``revision`` rises with each change.

    ``proven`` is the revision with which a mail was last accepted. Until that is the present one, the account is tried
    with one mail at a time: many senders at once, each with a wrong password, would have the mailbox locked.
    ``sessions`` is None before the first log-in. ``learned_daily`` is in the unit of the quota, ``learned_spacing`` in
    milliseconds between two mails. ``last_success`` is as of the last lot that was settled.
    """

    tenant_id: str
    id: str
    config: AccountConfig
    counter: Counter
    revision: int
    created_at: datetime
    updated_at: datetime
    secret_version: str | None = None
    last_error: LastError | None = None
    faults: int = 0
    proven: int = 0
    rest_until: datetime | None = None
    sessions: Sessions | None = None
    pipelining_fault: PipeliningFault | None = None
    learned_daily: Lesson | None = None
    learned_spacing: Lesson | None = None
    last_success: datetime | None = None
    authorization: Authorization | None = None

    @property
    def may_pipeline(self) -> bool:
        return self.config.smtp_pipelining is Pipelining.AUTO and self.pipelining_fault is None

    @property
    def is_on_trial(self) -> bool:
        return self.proven != self.revision or self.faults >= PROBING_FROM

    def rests_at(self, now: datetime) -> bool:
        return self.rest_until is not None and self.rest_until > now

    def can_send(self, now: datetime) -> bool:
        return self.config.status is AccountStatus.ACTIVE and not self.rests_at(now)
