"""The JSON of events as they are told."""

from datetime import datetime
from typing import Any

from postroom.events.model import ComplianceFacts, Event, EventStatus, JobFacts
from postroom.events.post import Posted
from postroom.priorities import Priority
from postroom.web.body import ResponseBody


class PostedEventAnswer(ResponseBody):
    """``deduplicated``: there was one with this dedupe key before, and this is that one."""

    id: str
    event_type: str
    status: EventStatus
    deduplicated: bool
    created_at: datetime

    @classmethod
    def of(cls, posted: Posted) -> "PostedEventAnswer":
        return cls(
            id=posted.event.id,
            event_type=posted.event.event_type,
            status=posted.event.status,
            deduplicated=posted.deduplicated,
            created_at=posted.event.created_at,
        )


class PostedEventsAnswer(ResponseBody):
    """In the order in which they were posted."""

    events: list[PostedEventAnswer]


class JobFactsAnswer(ResponseBody):
    id: str
    type: str | None
    name: str | None
    status: str | None
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    logs_url: str | None

    @classmethod
    def of(cls, job: JobFacts) -> "JobFactsAnswer":
        return cls.model_validate(job, from_attributes=True)


class ComplianceAnswer(ResponseBody):
    id: str
    policy: str | None
    device: str | None
    severity: str | None
    details_url: str | None

    @classmethod
    def of(cls, result: ComplianceFacts) -> "ComplianceAnswer":
        return cls.model_validate(result, from_attributes=True)


class ListedEventAnswer(ResponseBody):
    """``users``: how many it was decided about so far, and ``told`` by what was done about them."""

    id: str
    event_type: str
    status: EventStatus
    detail: str | None
    priority: Priority
    critical: bool
    dedupe_key: str | None
    job: JobFactsAnswer | None
    compliance_result: ComplianceAnswer | None
    users: int
    told: dict[str, int]
    occurred_at: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, event: Event) -> "ListedEventAnswer":
        return cls(**_values(event))


class WholeEventAnswer(ListedEventAnswer):
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Event) -> "WholeEventAnswer":
        return cls(**_values(event), data=dict(event.data))


def _values(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "event_type": event.event_type,
        "status": event.status,
        "detail": event.detail,
        "priority": event.priority,
        "critical": event.critical,
        "dedupe_key": event.dedupe_key,
        "job": JobFactsAnswer.of(event.job) if event.job else None,
        "compliance_result": ComplianceAnswer.of(event.compliance_result) if event.compliance_result else None,
        "users": event.users,
        "told": dict(event.told),
        "occurred_at": event.occurred_at,
        "created_at": event.created_at,
        "started_at": event.started_at,
        "finished_at": event.finished_at,
    }
