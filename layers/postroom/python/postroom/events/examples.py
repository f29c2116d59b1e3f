"""Examples for the API document."""

from postroom.events.answers import ListedEventAnswer, PostedEventAnswer, PostedEventsAnswer, WholeEventAnswer
from postroom.events.bodies import PostedBody
from postroom.web.examples import Examples, example_id

_JOB = {
    "id": "copy-2026-11-20",
    "type": "database_copy",
    "name": "Nightly copy of the orders database",
    "status": "failed",
    "started_at": "2026-11-20T02:00:00Z",
    "finished_at": "2026-11-20T02:14:09Z",
    "error": "The disk is full",
    "logs_url": "https://ci.example.com/runs/4711",
}
_RESULT = {"id": "disk-7", "policy": "Disks are encrypted", "device": "laptop-7", "severity": "high"}
_POSTED = {
    "id": example_id("evt"),
    "event_type": "job_failed",
    "status": "waiting",
    "deduplicated": False,
    "created_at": "2026-11-20T02:14:10Z",
}
_TOLD = {
    "id": example_id("evt"),
    "event_type": "job_failed",
    "status": "done",
    "detail": None,
    "priority": "normal",
    "critical": False,
    "dedupe_key": "copy-2026-11-20",
    "job": _JOB,
    "compliance_result": None,
    "users": 14,
    "told": {"immediate": 9, "digest": 3, "quiet_hours": 1, "other_job_type": 1},
    "occurred_at": "2026-11-20T02:14:09Z",
    "created_at": "2026-11-20T02:14:10Z",
    "started_at": "2026-11-20T02:14:10Z",
    "finished_at": "2026-11-20T02:14:11Z",
}

EXAMPLES: Examples = {
    PostedBody: {
        "A job that failed": {"job": _JOB, "dedupe_key": "copy-2026-11-20"},
        "Several": {"events": [{"job": _JOB}, {"compliance_result": _RESULT, "critical": True}]},
    },
    PostedEventAnswer: {"Taken in": _POSTED},
    PostedEventsAnswer: {"Taken in together": {"events": [_POSTED]}},
    ListedEventAnswer: {"Told": _TOLD},
    WholeEventAnswer: {"Told": _TOLD | {"data": {"branch": "main"}}},
}
