"""The JSON of notices as they are told."""

from datetime import datetime

from postroom.notices.model import Notice, NoticeStatus, Way
from postroom.web.body import ResponseBody


class NoticeLinks(ResponseBody):
    """``event`` and ``message`` are paths of this API, ``details`` is what the event itself leads to."""

    event: str
    message: str | None
    details: str | None

    @classmethod
    def of(cls, notice: Notice) -> "NoticeLinks":
        return cls(
            event=f"/v1/events/{notice.event_id}",
            message=f"/v1/messages/{notice.message_id}" if notice.message_id else None,
            details=notice.link,
        )


class NoticeAnswer(ResponseBody):
    """One user and one event. ``subject``: what has happened, in a line. ``delivery``: how the user is told of it.

    ``message`` is the mail that it goes by, and ``digest`` what it waits in until ``due_at``, or was told with.
    ``error``: why its mail did not arrive, in the words of who refused it.
    """

    event: str
    event_type: str
    user: str
    recipient: str
    subject: str
    status: NoticeStatus
    delivery: Way
    critical: bool
    job: str | None
    compliance_result: str | None
    message: str | None
    digest: str | None
    error: str | None
    links: NoticeLinks
    created_at: datetime
    due_at: datetime | None
    sent_at: datetime | None

    @classmethod
    def of(cls, notice: Notice) -> "NoticeAnswer":
        return cls(
            event=notice.event_id,
            event_type=notice.event_type,
            user=notice.user_id,
            recipient=notice.recipient,
            subject=notice.subject,
            status=notice.status,
            delivery=notice.way,
            critical=notice.critical,
            job=notice.job_id,
            compliance_result=notice.result_id,
            message=notice.message_id,
            digest=notice.digest_id,
            error=notice.error,
            links=NoticeLinks.of(notice),
            created_at=notice.created_at,
            due_at=notice.due_at,
            sent_at=notice.sent_at,
        )
