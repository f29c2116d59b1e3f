"""What has happened, as a tenant posts it, and how far its users have been told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from postroom.errors import FieldError
from postroom.priorities import Priority

PREFIX = "evt"


class JobEnd(StrEnum):
    """How a job ended, and with that which type of event it is."""

    SUCCESS = "success"
    FAILED = "failed"
    PARTIAL = "partial"


TYPE_OF_END: Mapping[JobEnd, str] = {
    JobEnd.SUCCESS: "job_success",
    JobEnd.FAILED: "job_failed",
    JobEnd.PARTIAL: "job_partial",
}


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job of the tenant's own. ``status`` is one of ``JobEnd``, or the tenant's own word."""

    id: str
    type: str | None = None
    name: str | None = None
    status: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None
    logs_url: str | None = None


@dataclass(frozen=True, slots=True)
class ComplianceFacts:
    """What a check of the tenant's own found."""

    id: str
    policy: str | None = None
    device: str | None = None
    severity: str | None = None
    details_url: str | None = None


class EventStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


TRANSITIONS: Mapping[EventStatus, frozenset[EventStatus]] = {
    EventStatus.WAITING: frozenset({EventStatus.RUNNING}),
    EventStatus.RUNNING: frozenset({EventStatus.DONE, EventStatus.FAILED}),
    EventStatus.DONE: frozenset(),
    EventStatus.FAILED: frozenset(),
}
"""From each status, where it may go. Every write of a status is conditional on this table."""

WORKED_ON = frozenset({EventStatus.WAITING, EventStatus.RUNNING})


@dataclass(frozen=True, slots=True)
class NewEvent:
    """As it was posted. Without ``occurred_at`` it happened when it was."""

    event_type: str
    job: JobFacts | None = None
    compliance_result: ComplianceFacts | None = None
    occurred_at: datetime | None = None
    dedupe_key: str | None = None
    critical: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posting:
    """What came in one request: as many ``events`` as are free of ``faults``.

    ``types``: which event type each names, also of those with faults, by the path of the field that does.
    """

    events: tuple[NewEvent, ...]
    types: Mapping[str, str]
    faults: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """``priority`` is that of its mails. ``dedupe_key``: by which a second one like it is known.

    ``place``: where the next portion of users begins, in the words of ``FindCandidates``, None behind the last.
    ``told``: how many users so far, by what was done about each (``telling.model.Told``). ``holder``, ``leased_until``,
    ``claims`` and ``faults`` are those of a lease.
    """

    tenant_id: str
    id: str
    event_type: str
    status: EventStatus
    priority: Priority
    created_at: datetime
    occurred_at: datetime
    kept_until: datetime
    critical: bool = False
    dedupe_key: str | None = None
    job: JobFacts | None = None
    compliance_result: ComplianceFacts | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    detail: str | None = None
    place: str | None = ""
    told: Mapping[str, int] = field(default_factory=dict)
    holder: str | None = None
    leased_until: datetime | None = None
    claims: int = 0
    faults: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def users(self) -> int:
        """How many it was decided about so far."""
        return sum(self.told.values())

    @property
    def job_type(self) -> str | None:
        return self.job.type if self.job else None

    @property
    def link(self) -> str | None:
        """Where more can be read about it."""
        found = (self.job.logs_url if self.job else None, self.compliance_result and self.compliance_result.details_url)
        return next((url for url in found if url), None)
