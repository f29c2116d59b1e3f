"""How a notice is made and put on its course."""

from dataclasses import replace
from datetime import datetime

from postroom.digests.model import digest_id
from postroom.event_types.model import EventType
from postroom.events.model import ComplianceFacts, Event, EventStatus, JobFacts
from postroom.ids import Seed
from postroom.notices.model import Notice, NoticeStatus
from postroom.preferences.candidates import leg_of
from postroom.telling.case import Case
from postroom.telling.course import Course
from postroom.telling.headline import headline_of


def new_notice(case: Case, course: Course, now: datetime) -> Notice:
    event = case.event
    notice = Notice(
        tenant_id=event.tenant_id,
        user_id=case.user.id,
        event_id=event.id,
        event_type=event.event_type,
        recipient=course.address,
        subject=headline_of(event),
        status=NoticeStatus.PENDING,
        way=course.way,
        created_at=event.created_at,
        kept_until=event.kept_until,
        job_id=event.job.id if event.job else None,
        job_type=event.job_type,
        result_id=event.compliance_result.id if event.compliance_result else None,
        critical=event.critical,
        link=event.link,
        leg=leg_of(event.place),
    )
    return on_course(notice, course, now)


def on_course(notice: Notice, course: Course, now: datetime) -> Notice:
    """It names its mail or its digest before there is one: whoever goes on with it makes the same."""
    changed = replace(
        notice, status=NoticeStatus.PENDING, way=course.way, recipient=course.address, error=None, faults=0
    )
    if course.due_at is None:
        tries = notice.tries + 1
        mail = Seed(now, f"{notice.event_id}:{notice.user_id}:{tries}").id("msg")
        return replace(changed, message_id=mail, digest_id=None, due_at=None, tries=tries)
    kept_for = notice.kept_until - notice.created_at
    return replace(
        changed,
        message_id=None,
        digest_id=digest_id(notice.tenant_id, notice.user_id, course.due_at),
        due_at=course.due_at,
        kept_until=max(notice.kept_until, course.due_at + kept_for),
    )


def event_as_told(notice: Notice, event_type: EventType) -> Event:
    """What the notice knows of its event: it may wait for weeks, and the event is kept for less then."""
    return Event(
        tenant_id=notice.tenant_id,
        id=notice.event_id,
        event_type=notice.event_type,
        status=EventStatus.DONE,
        priority=event_type.priority,
        created_at=notice.created_at,
        occurred_at=notice.created_at,
        kept_until=notice.kept_until,
        critical=notice.critical,
        job=JobFacts(notice.job_id, notice.job_type, logs_url=notice.link) if notice.job_id else None,
        compliance_result=ComplianceFacts(notice.result_id, details_url=notice.link) if notice.result_id else None,
        data={"title": notice.subject},
    )
