"""Examples for the API document."""

from postroom.jobs.answers import JobAnswer, JobMessageAnswer, ListedJobAnswer, SkippedAnswer
from postroom.web.examples import Examples, example_id

_JOB = {
    "id": example_id("job"),
    "kind": "notification",
    "title": "Maintenance tonight",
    "status": "done",
    "detail": None,
    "user_types": ["customer"],
    "total": 1200,
    "accepted": 1198,
    "skipped": 2,
    "skipped_by_reason": {"opted_out": 2},
    "created_at": "2026-11-20T09:12:44Z",
    "started_at": "2026-11-20T09:12:45Z",
    "finished_at": "2026-11-20T09:13:20Z",
}

EXAMPLES: Examples = {
    ListedJobAnswer: {"A notification": _JOB},
    JobAnswer: {
        "Most of it was sent": _JOB
        | {
            "queued": 100,
            "sent": 1090,
            "failed": 8,
            "uncertain": 0,
            "cancelled": 0,
            "suppressed": 0,
            "counted_at": "2026-11-20T09:20:00Z",
        }
    },
    JobMessageAnswer: {"A message": {"user_id": "ann", "message_id": example_id("msg"), "status": "sent"}},
    SkippedAnswer: {"Somebody who does not want it": {"user_id": "bob", "reason": "opted_out"}},
}
