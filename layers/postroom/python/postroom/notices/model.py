"""A notice: one user is told of one event. What becomes of it is read off the mail that carries it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from postroom.messages.model import Status

BETWEEN = "~"
"""Stands between ids. Neither a user's nor any of ours can have it."""


class NoticeStatus(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"
    UNWANTED = "unwanted"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


OF_MAIL: Mapping[Status, NoticeStatus] = {
    Status.SCHEDULED: NoticeStatus.PENDING,
    Status.QUEUED: NoticeStatus.PENDING,
    Status.SENDING: NoticeStatus.PENDING,
    Status.DEFERRED: NoticeStatus.PENDING,
    Status.SENT: NoticeStatus.SENT,
    Status.FAILED: NoticeStatus.FAILED,
    Status.CANCELLED: NoticeStatus.CANCELLED,
    Status.SUPPRESSED: NoticeStatus.SUPPRESSED,
    Status.UNCERTAIN: NoticeStatus.UNCERTAIN,
    Status.DELIVERED: NoticeStatus.DELIVERED,
    Status.BOUNCED: NoticeStatus.BOUNCED,
    Status.COMPLAINED: NoticeStatus.COMPLAINED,
}
"""What a notice is by the status of the mail that carries it."""


_BACK = frozenset({NoticeStatus.BOUNCED, NoticeStatus.COMPLAINED})
_SENT = _BACK | {NoticeStatus.SENT, NoticeStatus.DELIVERED}
_ENDED = frozenset({NoticeStatus.FAILED, NoticeStatus.CANCELLED, NoticeStatus.SUPPRESSED})

TRANSITIONS: Mapping[NoticeStatus, frozenset[NoticeStatus]] = {
    NoticeStatus.PENDING: _SENT | _ENDED | {NoticeStatus.UNCERTAIN, NoticeStatus.UNWANTED},
    NoticeStatus.UNCERTAIN: _SENT | _ENDED,
    NoticeStatus.SENT: _BACK | {NoticeStatus.DELIVERED},
    NoticeStatus.DELIVERED: _BACK,
    NoticeStatus.FAILED: frozenset(),
    NoticeStatus.CANCELLED: frozenset(),
    NoticeStatus.SUPPRESSED: frozenset(),
    NoticeStatus.UNWANTED: frozenset(),
    NoticeStatus.BOUNCED: frozenset(),
    NoticeStatus.COMPLAINED: frozenset(),
}
"""From each status, where it may go: what is told of a mail comes more than once, and late."""


class Way(StrEnum):
    """How a user is told, and why not otherwise."""

    IMMEDIATE = "immediate"
    DIGEST = "digest"
    QUIET_HOURS = "quiet_hours"
    THROTTLED = "throttled"


@dataclass(frozen=True, slots=True)
class About:
    """What a message is about: whom it tells, and of which event or with which digest (``subject_id``)."""

    user_id: str
    subject_id: str

    @classmethod
    def read(cls, text: str) -> "About":
        user_id, _, subject_id = text.partition(BETWEEN)
        return cls(user_id, subject_id)

    def __str__(self) -> str:
        return f"{self.user_id}{BETWEEN}{self.subject_id}"


@dataclass(frozen=True, slots=True)
class Notice:
    """There is one for an event and a user, which are its name. ``created_at`` is the event's: its place in lists.

    ``subject`` says what has happened, in a line; ``link`` leads to it. Of the event: ``job_id``, ``job_type``,
    ``result_id`` and ``critical``. With ``message_id`` it goes by that mail; with ``digest_id`` it waits until
    ``due_at``, or went by that digest. ``tries``: how many mails were made for it alone. ``faults``: how often the
    last of them could not be stored, though others could. ``leg``: of the walk through users, in which it was decided
    about. ``revision`` rises with each change, from 1.
    """

    tenant_id: str
    user_id: str
    event_id: str
    event_type: str
    recipient: str
    subject: str
    status: NoticeStatus
    way: Way
    created_at: datetime
    kept_until: datetime
    job_id: str | None = None
    job_type: str | None = None
    result_id: str | None = None
    critical: bool = False
    link: str | None = None
    message_id: str | None = None
    digest_id: str | None = None
    due_at: datetime | None = None
    sent_at: datetime | None = None
    error: str | None = None
    tries: int = 0
    faults: int = 0
    leg: str | None = None
    revision: int = 1
