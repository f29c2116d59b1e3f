"""Examples for the API document."""

from postroom.audit.bodies import EntryAnswer
from postroom.web.examples import Examples, example_id

EXAMPLES: Examples = {
    EntryAnswer: {
        "A changed limit": {
            "id": example_id("aud"),
            "at": "2026-11-20T18:14:05Z",
            "action": "account.changed",
            "target": f"account/{example_id('acc')}",
            "actor": {
                "tenant_id": example_id("ten"),
                "key_id": example_id("key"),
                "role": "admin",
                "user_id": None,
                "source_ip": "192.0.2.7",
                "user_agent": "python-httpx/0.28.1",
                "request_id": "8df8bf34-e878-4c60-ad74-6ce8f4e2b0af",
            },
            "before": {"daily_limit": 30, "revision": 1},
            "after": {"daily_limit": 50, "revision": 2},
        }
    },
}
