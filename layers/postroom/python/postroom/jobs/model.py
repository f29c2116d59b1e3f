"""A job over many users: the life it leads, how far it is, and what became of whom. It does not know what is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from postroom.ids import Seed
from postroom.messages.model import Status

PREFIX = "job"


class JobStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FAILED = "failed"


TRANSITIONS: Mapping[JobStatus, frozenset[JobStatus]] = {
    JobStatus.WAITING: frozenset({JobStatus.RUNNING, JobStatus.CANCELLING}),
    JobStatus.RUNNING: frozenset({JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLING}),
    # Its messages may wait for days: they can be taken back when all users were gone through, and when it was given up.
    JobStatus.DONE: frozenset({JobStatus.CANCELLING}),
    JobStatus.FAILED: frozenset({JobStatus.CANCELLING}),
    JobStatus.CANCELLING: frozenset({JobStatus.CANCELLED, JobStatus.FAILED}),
    # Once more: what a sender had in its hands may have come back to wait.
    JobStatus.CANCELLED: frozenset({JobStatus.CANCELLING}),
}
"""From each status, where it may go. Every write of a status is conditional on this table."""

WORKED_ON = frozenset({JobStatus.WAITING, JobStatus.RUNNING, JobStatus.CANCELLING})
"""What a ticket on the queue is for."""


class Outcome(StrEnum):
    """What became of a message, as a job counts it."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"


OUTCOMES: Mapping[Status, Outcome] = {
    Status.SCHEDULED: Outcome.QUEUED,
    Status.QUEUED: Outcome.QUEUED,
    Status.SENDING: Outcome.QUEUED,
    Status.DEFERRED: Outcome.QUEUED,
    Status.SENT: Outcome.SENT,
    Status.DELIVERED: Outcome.SENT,
    Status.BOUNCED: Outcome.SENT,  # a server took it; what came back later is told by the message
    Status.COMPLAINED: Outcome.SENT,
    Status.FAILED: Outcome.FAILED,
    Status.UNCERTAIN: Outcome.UNCERTAIN,
    Status.CANCELLED: Outcome.CANCELLED,
    Status.SUPPRESSED: Outcome.SUPPRESSED,
}

OPEN = frozenset({Outcome.QUEUED, Outcome.UNCERTAIN})
"""May become another one: of all others nothing has to be read again."""


class SkipReason(StrEnum):
    """Why a user gets nothing. What a kind of job skips for reasons of its own has names of its own."""

    UNKNOWN_USER = "unknown_user"
    OTHER_TYPE = "other_type"
    NO_TEMPLATE = "no_template"
    NO_ACCOUNT = "no_account"
    TOO_LATE = "too_late"
    REFUSED = "refused"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Skip:
    user_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the users that were gone through: who has a message, and who has none, by reason."""

    accepted: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Counts") -> "Counts":
        reasons = dict.fromkeys((*self.skipped, *other.skipped))
        skipped = {reason: self.skipped.get(reason, 0) + other.skipped.get(reason, 0) for reason in reasons}
        return Counts(self.accepted + other.accepted, skipped)

    @property
    def users(self) -> int:
        return self.accepted + sum(self.skipped.values())


@dataclass(frozen=True, slots=True)
class Job:
    """``kind`` says whose it is, ``title`` what it is about, for whoever reads a list.

    It is for the users of ``user_types``, or for those whose ids were stored with its order when there are none.
    ``total``: how many users, or None as long as nobody knows. ``place``: where the next portion begins, in the words
    of the audience, None behind the last. ``portions`` have been counted, and of these ``taken_back`` were gone through
    by a cancellation. ``holder`` works on it until ``leased_until``. ``claims``: how often somebody began to since the
    last progress, and may have died; ``faults``: how often somebody could not go on.
    """

    tenant_id: str
    id: str
    kind: str
    title: str
    status: JobStatus
    created_at: datetime
    kept_until: datetime
    user_types: tuple[str, ...] = ()
    total: int | None = None
    detail: str | None = None
    place: str | None = ""
    portions: int = 0
    counts: Counts = Counts()
    taken_back: int = 0
    holder: str | None = None
    leased_until: datetime | None = None
    claims: int = 0
    faults: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None

    def message_id(self, user_id: str) -> str:
        """The same whoever makes the message, and however often."""
        return Seed(self.created_at, f"{self.id}:{user_id}").id("msg")


@dataclass(frozen=True, slots=True)
class Portion:
    """Some users of a job. ``place``: where the one behind it begins, or None.

    Planned, it has everybody who is in it; ``settled``, ``user_ids`` are those who have a message.
    """

    number: int
    user_ids: tuple[str, ...]
    place: str | None
    skipped: tuple[Skip, ...] = ()
    settled: bool = False

    @property
    def counts(self) -> Counts:
        reasons = [skip.reason for skip in self.skipped]
        return Counts(len(self.user_ids), {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)})


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the messages of one portion, as it was ``counted_at``."""

    counts: Mapping[Outcome, int]
    counted_at: datetime

    @property
    def is_open(self) -> bool:
        return any(self.counts.get(outcome, 0) for outcome in OPEN)


@dataclass(frozen=True, slots=True)
class Tallies:
    """Of a job, by the numbers of portions. ``revision`` rises with each write, from 0 for what was never written."""

    by_portion: Mapping[int, Tally] = field(default_factory=dict)
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """``outcomes`` add up to what was accepted. All of it was so at ``counted_at``, or later."""

    job: Job
    outcomes: Mapping[Outcome, int]
    counted_at: datetime
