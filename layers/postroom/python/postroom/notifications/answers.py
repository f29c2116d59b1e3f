from datetime import datetime

from postroom.jobs.model import Job, JobStatus
from postroom.web.body import ResponseBody


class AcceptedNotificationAnswer(ResponseBody):
    """The job that sees to it. ``total``: how many users, or null where the job has yet to find them."""

    id: str
    status: JobStatus
    total: int | None
    created_at: datetime

    @classmethod
    def of(cls, job: Job) -> "AcceptedNotificationAnswer":
        return cls(id=job.id, status=job.status, total=job.total, created_at=job.created_at)
