"""What a message is, and the life it leads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from postroom.pools.model import Strategy
from postroom.priorities import Priority as Priority  # noqa: PLC0414 - a part of what a message is
from postroom.templates.model import Filling, Reference


class Status(StrEnum):
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    DEFERRED = "deferred"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"
    UNCERTAIN = "uncertain"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.SCHEDULED: frozenset(
        {Status.QUEUED, Status.SENDING, Status.DEFERRED, Status.FAILED, Status.CANCELLED, Status.SUPPRESSED}
    ),
    Status.QUEUED: frozenset(
        {
            Status.QUEUED,
            Status.SENDING,
            Status.DEFERRED,
            Status.SENT,  # to some of its recipients, before it expired or was rejected
            Status.UNCERTAIN,  # it expired or was rejected before it was sent again
            Status.FAILED,
            Status.CANCELLED,
            Status.SUPPRESSED,
        }
    ),
    Status.DEFERRED: frozenset(
        {
            Status.QUEUED,
            Status.SENDING,
            Status.DEFERRED,
            Status.SENT,
            Status.UNCERTAIN,
            Status.FAILED,
            Status.CANCELLED,
            Status.SUPPRESSED,
        }
    ),
    Status.SENDING: frozenset({Status.SENT, Status.FAILED, Status.DEFERRED, Status.UNCERTAIN}),
    Status.UNCERTAIN: frozenset({Status.QUEUED, Status.SENT, Status.FAILED}),
    Status.SENT: frozenset({Status.DELIVERED, Status.BOUNCED, Status.COMPLAINED}),
    Status.DELIVERED: frozenset({Status.BOUNCED, Status.COMPLAINED}),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.SUPPRESSED: frozenset(),
    Status.BOUNCED: frozenset(),
    Status.COMPLAINED: frozenset(),
}
"""From each status, where it may go. Every write of a status is conditional on this table."""

LISTED = frozenset(Status) - {Status.QUEUED, Status.SENDING, Status.SENT, Status.DELIVERED}
"""What an index lists by its status: all that left the usual way, where an index would be paid for by every message."""

CLAIMABLE = frozenset(status for status, following in TRANSITIONS.items() if Status.SENDING in following)
CANCELLABLE = frozenset(status for status, following in TRANSITIONS.items() if Status.CANCELLED in following)


class OnUncertain(StrEnum):
    """What follows when nobody can know whether the server took the message."""

    RESEND = "resend"
    HOLD = "hold"


class Reason(StrEnum):
    """Why a message waits or has ended; with ``detail`` it is what the tenant is shown."""

    SCHEDULED = "scheduled"
    QUOTA = "quota"
    PACE = "pace"
    RETRY = "retry"
    ACCOUNT = "account"
    NO_ACCOUNT = "no_account"
    TURN = "turn"
    HELD = "held"
    EXPIRED = "expired"
    REFUSED = "refused"
    WISHES = "wishes"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with an optional display name.

    The address has been checked. Its domain is ASCII (IDN as punycode); what stands before the @ may be any NFC text.
    """

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Content:
    """What is put into the mail; who receives it is the envelope.

    At least one of ``text`` and ``html`` is there, or a ``filling``, of which a template makes them and the subject.
    """

    subject: str
    text: str | None
    html: str | None
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    filling: Filling | None = None


class RecipientStatus(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


ASSEMBLY = "assembly"
"""The phase of a try that came to no conversation: no mail can be made of the message."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, in the server's own words; ``phase`` is how far the conversation came."""

    at: datetime
    account_id: str
    outcome: str
    phase: str
    reply: str
    transcript: tuple[str, ...] = ()

    @property
    def is_our_fault(self) -> bool:
        """Whether it was not a server that said no, but our own code that could not handle the message."""
        return self.outcome == "fault"


@dataclass(frozen=True, slots=True)
class Message:
    """A message's row: all but its content.

    ``heals`` counts how often it was put back on its queue; ``appointed_account_id`` is where a slot is kept for it;
    ``bundle`` is where its content lies with others', or None when it lies alone. ``pool_id`` and ``strategy`` are what
    it was asked to be sent with; ``template`` is what its content is filled in from. ``about``: whom it tells of
    what, in the words of ``notices.model.About``, when it goes by what that user wishes.
    """

    tenant_id: str
    id: str
    status: Status
    priority: Priority
    subject: str
    recipients: Mapping[str, RecipientStatus]
    created_at: datetime
    expires_at: datetime
    on_uncertain: OnUncertain
    account_id: str | None = None
    pool_id: str | None = None
    strategy: Strategy | None = None
    template: Reference | None = None
    send_at: datetime | None = None
    reason: Reason | None = None
    detail: str = ""
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None
    used_account_id: str | None = None
    appointed_account_id: str | None = None
    message_id: str | None = None
    bundle: str | None = None
    retries: int = 0
    heals: int = 0
    attempts: tuple[Attempt, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    about: str | None = None
    claim: str | None = None
    lease_until: datetime | None = None

    @property
    def reached_somebody(self) -> bool:
        return RecipientStatus.SENT in self.recipients.values()

    @property
    def is_in_doubt(self) -> bool:
        """Whether a try ended so that the server may have it, and no later one told."""
        return any(attempt.outcome == Status.UNCERTAIN for attempt in self.attempts) and not self.reached_somebody

    @property
    def pending(self) -> tuple[str, ...]:
        return tuple(address for address, state in self.recipients.items() if state is RecipientStatus.PENDING)


_OUR_HEADERS = frozenset(
    {"from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version", "sender", "return-path"}
)
_OUR_HEADER_PREFIXES = ("content-", "resent-", "received")


def is_our_header(name: str) -> bool:
    """Whether a header is written by us alone, from the fields of a message, and not free to be set."""
    return name.lower() in _OUR_HEADERS or name.lower().startswith(_OUR_HEADER_PREFIXES)
