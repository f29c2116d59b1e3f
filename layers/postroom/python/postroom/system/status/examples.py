"""Examples for the API document."""

from postroom.system.status.bodies import StatusAnswer
from postroom.web.examples import Examples

_QUEUE = {
    "name": "high",
    "visible": 3,
    "in_flight": 2,
    "delayed": 1,
    "oldest_seconds": 1200.0,
    "oldest_because": None,
    "too_old_seconds": 300.0,
}
_INSTALLATION = {
    "at": "2026-11-20T12:00:00Z",
    "unavailable": {},
    "queues": [_QUEUE],
    "dead_letters": [{"queues": ["high", "normal", "low"], "depth": 0}],
    "schedules": [
        {
            "name": "due",
            "every_seconds": 60.0,
            "began_at": "2026-11-20T11:59:10Z",
            "ended_at": "2026-11-20T11:59:12Z",
            "did": {"seen_to": 3, "refused": 0},
            "fault": None,
            "succeeded_at": "2026-11-20T11:59:12Z",
            "late": False,
        }
    ],
    "versions": {
        "postroom": "0.1.0",
        "python": "3.13.1",
        "libraries": {"boto3": "1.44.5", "pydantic": "2.13.5"},
        "stage": "prod",
        "deployed_at": "2026-11-19T08:00:00Z",
    },
}
_TENANT = {
    "accounts": {
        "total": 4,
        "by_status": {"active": 3, "inactive": 0, "pending": 0, "error": 1},
        "resting": 0,
        "rest_until": None,
        "open_circuits": 1,
        "exhausted": 1,
        "exhausted_until": "2026-11-21T00:00:00Z",
        "all_exhausted_until": "2026-11-21T00:00:00Z",
    },
    "capacity": {
        "now": 40,
        "next_hour": 400,
        "today": 1200,
        "waiting": 7,
        "at_least": False,
        "blocked": 0,
        "drained_at": "2026-11-20T12:00:07Z",
    },
    "rates": {
        "since": "2026-11-20T11:00:00Z",
        "accepted": {"count": 31, "at_least": False},
        "tries": {
            "sent": 28,
            "failed": {"recipient": 2},
            "deferred": {"busy": 1},
            "uncertain": 0,
            "estimated": True,
        },
    },
}
_PROBLEM = {
    "code": "queue_too_old",
    "what": "The oldest on the queue high has waited for 20 minutes, which is more than 5 minutes",
    "since": "2026-11-20T11:40:00Z",
    "what_to_do": "Look whether the sender function runs, is throttled or fails",
    "link": "docs/operations.md#old-mail",
}

EXAMPLES: Examples = {
    StatusAnswer: {
        "A tenant's, with a queue that does not move": _INSTALLATION
        | _TENANT
        | {"healthy": False, "problems": [_PROBLEM], "tenants": None},
        "The platform's": _INSTALLATION
        | {"healthy": True, "problems": [], "accounts": None, "capacity": None, "rates": None}
        | {"queues": [_QUEUE | {"oldest_seconds": 2.0}], "tenants": {"count": 12, "at_least": False}},
    },
}
