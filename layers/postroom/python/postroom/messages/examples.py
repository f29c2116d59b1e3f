"""Examples for the API document."""

from postroom.messages.bodies import (
    AcceptedAnswer,
    BatchAnswer,
    BatchBody,
    ListedMessageAnswer,
    MessageAnswer,
    MessageBody,
    RedriveAnswer,
    RedriveBody,
)
from postroom.web.examples import Examples, example_id

_ATTEMPT = {
    "at": "2026-11-20T17:36:37Z",
    "account_id": example_id("acc"),
    "outcome": "accepted",
    "phase": "final_dot",
    "reply": "250 2.0.0 Caught as 1",
}
_TRANSCRIPT = [
    "S: 220 mail.example.com Postroom mail catcher",
    "C: EHLO [mail.example.com]",
    "S: 250 mail.example.com",
    "S: 250 SIZE 41943040",
    "S: 250 8BITMIME",
    "S: 250 SMTPUTF8",
]
_SENT = {
    "id": example_id("msg"),
    "status": "sent",
    "reason": None,
    "detail": None,
    "next_attempt_at": None,
    "subject": "Your invoice",
    "template": None,
    "recipients": [{"address": "ann@example.com", "status": "sent"}],
    "priority": "normal",
    "on_uncertain": "resend",
    "account_id": example_id("acc"),
    "pool_id": None,
    "strategy": None,
    "message_id": f"<{example_id('msg')}@demo.example>",
    "created_at": "2026-11-20T17:36:33Z",
    "send_at": None,
    "expires_at": "2026-11-23T17:36:33.093000Z",
    "sent_at": "2026-11-20T17:36:37Z",
    "retries": 0,
    "attempts": [_ATTEMPT],
    "metadata": {"invoice": "2026-118"},
}

EXAMPLES: Examples = {
    MessageBody: {
        "A short text": {"to": "ann@example.com", "subject": "Hello", "text": "Hello, Ann"},
        "All that belongs to a mail": {
            "to": ["Ann Archer <ann@example.com>"],
            "cc": ["bob@example.com"],
            "reply_to": ["support@example.com"],
            "subject": "Your invoice",
            "text": "Hello Ann, here it is.",
            "html": "<p>Hello Ann, here it is.</p>",
            "attachments": [{"filename": "invoice.txt", "content": "SW52b2ljZSAxMTg=", "content_type": "text/plain"}],
            "headers": {"X-Invoice": "118"},
            "metadata": {"invoice": "118"},
            "priority": "high",
            "account_id": example_id("acc"),
        },
        "By a template": {
            "to": ["ann@example.com"],
            "template": "welcome",
            "template_data": {"name": "Ann"},
            "locale": "en",
        },
    },
    BatchBody: {
        "Two, the second without a recipient": {
            "messages": [
                {"to": "ann@example.com", "subject": "Hello", "text": "Hello, Ann"},
                {"to": "bob", "subject": "Hello", "text": "Hello, Bob"},
            ]
        }
    },
    AcceptedAnswer: {"Accepted": {"id": example_id("msg"), "status": "queued"}},
    BatchAnswer: {
        "One of two": {
            "items": [
                {"id": example_id("msg"), "status": "queued"},
                {
                    "error": {
                        "type": "urn:postroom:problem:invalid_request",
                        "title": "Some fields are not valid",
                        "status": 422,
                        "detail": "Some fields are not valid",
                        "code": "invalid_request",
                        "errors": [{"field": "to.0", "message": "An email address must have an @-sign."}],
                    }
                },
            ]
        }
    },
    MessageAnswer: {"Sent": {**_SENT, "attempts": [{**_ATTEMPT, "transcript": _TRANSCRIPT}]}},
    ListedMessageAnswer: {"Sent": _SENT},
    RedriveBody: {"A few, slowly": {"limit": 100, "per_second": 5}},
    RedriveAnswer: {"Put back": {"put_back": 97, "already_done": 3, "unreadable": 0}},
}
