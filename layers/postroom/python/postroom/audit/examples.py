"""Examples for the API document."""

from postroom.audit.bodies import EntryAnswer
from postroom.web.examples import Examples

EXAMPLES: Examples = {
    EntryAnswer: {
        "A changed limit": {
            "id": "aud_01m7c5v0e8s3k6t2x9h4w1q7zb",
            "at": "2026-11-20T18:14:05Z",
            "action": "account.changed",
            "target": "account/acc_01m7c5v0e8s3k6t2x9h4w1q7zb",
            "actor": {
                "tenant_id": "ten_01m7c5v0e8s3k6t2x9h4w1q7zb",
                "key_id": "key_01m7c5v0e8s3k6t2x9h4w1q7zb",
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
