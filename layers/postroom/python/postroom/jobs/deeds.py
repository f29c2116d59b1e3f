"""What is done to jobs, as the audit log tells it. For whom each of their messages was, the job tells itself."""

from postroom.audit.model import Action, Deed
from postroom.jobs.model import Job, JobStatus


def job_started(job: Job) -> Deed:
    after = {"kind": job.kind, "title": job.title, "users": job.total, "user_types": list(job.user_types) or None}
    return Deed.change(Action.JOB_STARTED, _target(job), {}, after)


def job_cancelled(seen: Job) -> Deed:
    before, after = {"status": seen.status.value}, {"status": JobStatus.CANCELLING.value}
    return Deed.change(Action.JOB_CANCELLED, _target(seen), before, after)


def _target(job: Job) -> str:
    return f"job/{job.id}"
