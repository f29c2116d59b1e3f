"""Examples for the API document."""

from postroom.notices.answers import NoticeAnswer
from postroom.web.examples import Examples, example_id

EXAMPLES: Examples = {
    NoticeAnswer: {
        "Sent": {
            "event": example_id("evt"),
            "event_type": "job_failed",
            "user": "ann",
            "recipient": "ann@example.com",
            "subject": "Nightly copy of the orders database failed",
            "status": "sent",
            "delivery": "immediate",
            "critical": False,
            "job": "copy-2026-11-20",
            "compliance_result": None,
            "message": example_id("msg"),
            "digest": None,
            "error": None,
            "links": {
                "event": f"/v1/events/{example_id('evt')}",
                "message": f"/v1/messages/{example_id('msg')}",
                "details": "https://ci.example.com/runs/4711",
            },
            "created_at": "2026-11-20T02:14:10Z",
            "due_at": None,
            "sent_at": "2026-11-20T02:14:12Z",
        },
    },
}
