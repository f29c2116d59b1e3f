"""The JSON of jobs."""

from datetime import datetime
from typing import Any

from postroom.jobs.members import Member
from postroom.jobs.model import Job, JobStatus, Outcome, Progress, Skip
from postroom.messages.model import Status
from postroom.web.body import ResponseBody


class ListedJobAnswer(ResponseBody):
    """``total``: how many users it is for; null until the users of its types have all been found.

    ``accepted`` of them have a message, ``skipped`` have none.
    """

    id: str
    kind: str
    title: str
    status: JobStatus
    detail: str | None
    user_types: list[str] | None
    total: int | None
    accepted: int
    skipped: int
    skipped_by_reason: dict[str, int]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> "ListedJobAnswer":
        return cls(**_values(job))


class JobAnswer(ListedJobAnswer):
    """What was accepted, by what became of it. All of that was so at ``counted_at``, or later."""

    queued: int
    sent: int
    failed: int
    uncertain: int
    cancelled: int
    suppressed: int
    counted_at: datetime

    @classmethod
    def with_progress(cls, progress: Progress) -> "JobAnswer":
        outcomes = {outcome.value: progress.outcomes.get(outcome, 0) for outcome in Outcome}
        return cls(**_values(progress.job), **outcomes, counted_at=progress.counted_at)


class JobMessageAnswer(ResponseBody):
    user_id: str
    message_id: str
    status: Status

    @classmethod
    def of(cls, member: Member) -> "JobMessageAnswer":
        return cls(user_id=member.user_id, message_id=member.message_id, status=member.status)


class SkippedAnswer(ResponseBody):
    user_id: str
    reason: str

    @classmethod
    def of(cls, skip: Skip) -> "SkippedAnswer":
        return cls(user_id=skip.user_id, reason=skip.reason)


def _values(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "title": job.title,
        "status": job.status,
        "detail": job.detail,
        "user_types": list(job.user_types) or None,
        "total": job.total,
        "accepted": job.counts.accepted,
        "skipped": job.counts.users - job.counts.accepted,
        "skipped_by_reason": dict(job.counts.skipped),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }
