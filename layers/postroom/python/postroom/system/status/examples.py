"""Examples for the API document."""

from postroom.system.status.bodies import StatusAnswer
from postroom.web.examples import Examples

EXAMPLES: Examples = {
    StatusAnswer: {
        "All is well": {
            "at": "2026-11-20T18:14:05Z",
            "healthy": True,
            "problems": [],
            "unavailable": {},
            "accounts": {
                "total": 1,
                "by_status": {"active": 1, "inactive": 0, "pending": 0, "error": 0},
                "resting": 0,
                "rest_until": None,
                "open_circuits": 0,
                "exhausted": 0,
                "exhausted_until": None,
                "all_exhausted_until": None,
            },
            "capacity": {
                "now": 1,
                "next_hour": 50,
                "today": 50,
                "waiting": 0,
                "at_least": False,
                "blocked": 0,
                "drained_at": "2026-11-20T18:14:06Z",
            },
            "rates": {
                "since": "2026-11-20T17:14:05Z",
                "accepted": {"count": 0, "estimated": False},
                "tries": {"sent": 0, "failed": {}, "deferred": {}, "uncertain": 0, "estimated": False},
            },
            "tenants": None,
            "queues": [
                {
                    "name": "high",
                    "visible": 0,
                    "in_flight": 0,
                    "delayed": 0,
                    "oldest_seconds": None,
                    "oldest_because": "Nothing waits",
                    "too_old_seconds": 300.0,
                },
                {
                    "name": "normal",
                    "visible": 0,
                    "in_flight": 0,
                    "delayed": 0,
                    "oldest_seconds": None,
                    "oldest_because": "Nothing waits",
                    "too_old_seconds": 1800.0,
                },
            ],
            "dead_letters": [{"queues": ["high", "normal", "low"], "depth": 0}],
            "schedules": [
                {
                    "name": "due",
                    "every_seconds": 60.0,
                    "began_at": None,
                    "ended_at": None,
                    "did": {},
                    "fault": None,
                    "succeeded_at": None,
                    "late": False,
                }
            ],
            "versions": {
                "postroom": "0.1.0",
                "python": "3.11.7",
                "libraries": {"boto3": "1.44.5", "pynamodb": "6.1.0"},
                "stage": "local",
                "deployed_at": "2026-11-20T18:13:36Z",
            },
        }
    },
}
