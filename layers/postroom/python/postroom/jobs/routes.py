from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from postroom.jobs.answers import JobAnswer, JobMessageAnswer, ListedJobAnswer, SkippedAnswer
from postroom.jobs.manage import CancelJob, FindJobs
from postroom.jobs.members import ListMembers, Place
from postroom.jobs.model import PREFIX
from postroom.jobs.progress import ShowProgress
from postroom.messages.model import Status
from postroom.paging import PageRequest
from postroom.tenancy.model import Role
from postroom.web.ids import checked_id
from postroom.web.pages import CursorText, Limit, Listed, Listing, Order, bad_cursor
from postroom.web.routes import CurrentCaller, Routes

StatusFilter = Annotated[Status | None, Query(description="Only messages in this status.")]


def job_routes(routes: Routes, find: FindJobs, show: ShowProgress, members: ListMembers, cancel: CancelJob) -> None:
    @routes.get("/v1/jobs", role=Role.VIEWER)
    def list_jobs(
        caller: CurrentCaller, limit: Limit = 50, cursor: CursorText = None, order: Order = "-created_at"
    ) -> Listed[ListedJobAnswer]:
        """List jobs, the newest first."""
        listing = Listing("jobs", order)
        page = find.page(caller.tenant_id, listing.request(limit, cursor))
        return Listed(items=[ListedJobAnswer.of(job) for job in page.items], next_cursor=listing.cursor(page))

    @routes.get("/v1/jobs/{job_id}", role=Role.VIEWER)
    def get_job(job_id: str, caller: CurrentCaller) -> JobAnswer:
        """Show how far a job is, and what became of its messages."""
        return JobAnswer.with_progress(show(caller.tenant_id, checked_id(PREFIX, job_id)))

    @routes.get("/v1/jobs/{job_id}/messages", role=Role.VIEWER)
    def list_job_messages(
        job_id: str, caller: CurrentCaller, status: StatusFilter = None, limit: Limit = 50, cursor: CursorText = None
    ) -> Listed[JobMessageAnswer]:
        """List the messages of a job, and whom each is for. A filtered page may have fewer than there are."""
        listing = Listing(f"messages-of-{job_id}")
        request = _by_place(listing.request(limit, cursor))
        page = members.accepted(caller.tenant_id, checked_id(PREFIX, job_id), status, request)
        items = [JobMessageAnswer.of(member) for member in page.items]
        return Listed(items=items, next_cursor=listing.cursor(page))

    @routes.get("/v1/jobs/{job_id}/skipped", role=Role.VIEWER)
    def list_skipped(
        job_id: str, caller: CurrentCaller, limit: Limit = 50, cursor: CursorText = None
    ) -> Listed[SkippedAnswer]:
        """List the users who get nothing of a job, and why."""
        listing = Listing(f"skipped-of-{job_id}")
        page = members.skipped(caller.tenant_id, checked_id(PREFIX, job_id), _by_place(listing.request(limit, cursor)))
        return Listed(items=[SkippedAnswer.of(skip) for skip in page.items], next_cursor=listing.cursor(page))

    @routes.post("/v1/jobs/{job_id}/cancel", role=Role.OPERATOR, status=202, idempotent=True)
    def cancel_job(job_id: str, caller: CurrentCaller) -> ListedJobAnswer:
        """Stop a job, and take back what of it has not begun to be sent."""
        return ListedJobAnswer.of(cancel(caller.tenant_id, checked_id(PREFIX, job_id)))


def _by_place(request: PageRequest) -> PageRequest:
    try:
        Place.read(request.after)
    except ValueError as error:
        raise bad_cursor() from error
    return request
