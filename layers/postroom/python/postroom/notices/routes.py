from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from postroom.notices.answers import NoticeAnswer
from postroom.notices.find import FindNotices
from postroom.notices.model import NoticeStatus
from postroom.notices.ports import Filter
from postroom.tenancy.model import Role
from postroom.web.fields import EmailText, IdText, WordText
from postroom.web.moments import MomentText, end_of, start_of
from postroom.web.pages import CursorText, Limit, Listed, Listing
from postroom.web.routes import CurrentCaller, Routes

TypeFilter = Annotated[WordText | None, Query(description="Only of this event type.")]
StatusFilter = Annotated[NoticeStatus | None, Query(description="Only those in this status.")]
UserFilter = Annotated[WordText | None, Query(description="Only to this user, by id.")]
JobFilter = Annotated[IdText | None, Query(description="Only of this job, by the id that its event had.")]
ResultFilter = Annotated[
    IdText | None, Query(description="Only of this compliance result, by the id that its event had.")
]
RecipientFilter = Annotated[EmailText | None, Query(description="Only to this address.")]
FromFilter = Annotated[
    MomentText | None, Query(alias="from", description="At this time or later, by the order's time.")
]
ToFilter = Annotated[MomentText | None, Query(description="Before this time, by the order's; a day is included.")]
ByTime = Annotated[
    Literal["created_at", "-created_at", "sent_at", "-sent_at"],
    Query(description="With a minus, the newest comes first. By sent_at, those alone that were sent."),
]


def notice_routes(routes: Routes, find: FindNotices) -> None:
    @routes.get("/v1/notifications/events", role=Role.VIEWER, bound=True)
    def list_event_notifications(  # noqa: PLR0913, PLR0917 - one parameter for each filter
        caller: CurrentCaller,
        event_type: TypeFilter = None,
        status: StatusFilter = None,
        user: UserFilter = None,
        job: JobFilter = None,
        compliance_result: ResultFilter = None,
        recipient: RecipientFilter = None,
        since: FromFilter = None,
        to: ToFilter = None,
        limit: Limit = 50,
        cursor: CursorText = None,
        order: ByTime = "-created_at",
    ) -> Listed[NoticeAnswer]:
        """List whom of your users was told of which event, and what became of it. All filters can be combined."""
        listing = Listing("event-notifications", order)
        request = listing.request(limit, cursor)
        if caller.user_id is not None and user not in {None, caller.user_id}:
            return Listed(items=[], next_cursor=None)
        wanted = Filter(
            event_type=event_type,
            status=status,
            user_id=user,
            job_id=job,
            result_id=compliance_result,
            recipient=recipient,
            since=start_of(since),
            until=end_of(to),
            by_sending=order.endswith("sent_at"),
        )
        page = (
            find.page(caller.tenant_id, wanted, request)
            if caller.user_id is None
            else find.own_page(caller.tenant_id, caller.user_id, wanted, request)
        )
        return Listed(items=[NoticeAnswer.of(notice) for notice in page.items], next_cursor=listing.cursor(page))
