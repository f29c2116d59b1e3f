"""Examples for the API document."""

from postroom.capacity.bodies import CapacityAnswer, ExplanationAnswer
from postroom.web.examples import Examples, example_id

EXAMPLES: Examples = {
    CapacityAnswer: {
        "One account": {
            "at": "2026-11-20T17:36:39Z",
            "now": 2,
            "next_hour": {"until": "2026-11-20T18:36:39Z", "can_send": 28, "of_waiting": 0},
            "today": {"first_ends_at": "2026-11-21T00:00:00Z", "last_ends_at": "2026-11-21T00:00:00Z", "can_send": 28},
            "waiting": {
                "count": 0,
                "at_least": False,
                "estimated": False,
                "queued": 0,
                "queued_at_most": None,
                "deferred": 0,
                "by_priority": {"high": 0, "normal": 0, "low": 0},
                "drained_at": "2026-11-20T17:36:39Z",
                "others_gone_at": None,
                "blocked": [],
            },
            "scheduled": {"count": 1, "at_least": False},
            "accounts": [
                {
                    "account_id": example_id("acc"),
                    "email": "hello@example.com",
                    "status": "active",
                    "can_send": True,
                    "because": "has 28 left",
                    "from": "2026-11-20T17:36:39Z",
                    "now": 2,
                    "next_hour": 28,
                    "today": 28,
                    "today_ends_at": "2026-11-21T00:00:00Z",
                    "kept_for_high": 0,
                }
            ],
            "accounts_in_all": 1,
        }
    },
    ExplanationAnswer: {
        "It is scheduled": {
            "message_id": example_id("msg"),
            "status": "scheduled",
            "waits": True,
            "reason": "scheduled",
            "until": "2026-11-21T08:00:00Z",
            "summary": "It is to be sent at 2026-11-21 08:00:00 UTC.",
            "candidates": [
                {
                    "account_id": example_id("acc"),
                    "email": "hello@example.com",
                    "can_send": True,
                    "because": "has 29 left",
                    "from": "2026-11-20T17:36:37Z",
                }
            ],
            "candidates_in_all": 1,
            "position": {"ahead": 0, "at_least": False, "estimated": False},
            "expected_at": "2026-11-21T08:00:00Z",
            "expires_at": "2026-11-24T08:00:00Z",
        }
    },
}
