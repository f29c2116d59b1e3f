"""What templates are given of an event."""

from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from postroom.event_types.model import in_words
from postroom.events.model import TYPE_OF_END, ComplianceFacts, Event, JobFacts
from postroom.pages.model import Links
from postroom.preferences.rules import timezone_of
from postroom.telling.case import Case
from postroom.telling.headline import title_of
from postroom.users.data import data_of_user
from postroom.written_times import written_duration, written_time

_END_OF_TYPE = {event_type: str(end) for end, event_type in TYPE_OF_END.items()}


def data_of(case: Case, links: Links) -> dict[str, Any]:
    """Every name of ours is there, if only as "", so that a template may rely on it. Times are the user's.

    What was posted as ``data`` stands beside that as well, where no name of ours does.
    """
    event, zone = case.event, ZoneInfo(timezone_of(case.wishes.settings, case.user))
    return {
        "message": "",
        **event.data,
        "title": title_of(event),
        "event": _event(event, zone),
        "job": _job(event, zone),
        "result": _result(event, zone),
        "data": dict(event.data),
        "name": case.user.name,
        "user": data_of_user(case.user),
        "preferences_url": links.preferences_url,
        "less_url": links.less_url,
    }


def _event(event: Event, zone: tzinfo) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.event_type,
        "occurred_at": written_time(event.occurred_at, zone),
        "critical": event.critical,
    }


def _job(event: Event, zone: tzinfo) -> dict[str, Any]:
    job = event.job or JobFacts("")
    return {
        "id": job.id,
        "type": job.type or "",
        "name": job.name or job.id or in_words(event.event_type),
        "status": job.status or _END_OF_TYPE.get(event.event_type, ""),
        "started_at": written_time(job.started_at, zone),
        "finished_at": written_time(job.finished_at, zone),
        "duration": written_duration(job.started_at, job.finished_at),
        "error": job.error or "",
        "logs_url": job.logs_url or "",
    }


def _result(event: Event, zone: tzinfo) -> dict[str, Any]:
    result = event.compliance_result or ComplianceFacts("")
    return {
        "id": result.id,
        "policy": result.policy or result.id,
        "device": result.device or "a device",
        "severity": result.severity or "",
        "details_url": result.details_url or "",
        "found_at": written_time(event.occurred_at, zone),
    }
