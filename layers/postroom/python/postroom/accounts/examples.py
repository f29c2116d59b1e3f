"""Examples for the API document."""

from postroom.accounts.answers import AccountAnswer, EventAnswer
from postroom.accounts.bodies import AccountBody, AccountChangeBody
from postroom.accounts.health_answers import HealthAnswer, UsageAnswer
from postroom.accounts.preset_answers import PresetAnswer, PresetsAnswer
from postroom.accounts.providers import PRESETS
from postroom.web.examples import Examples, example_id

EXAMPLES: Examples = {
    AccountBody: {
        "A mailbox of Google": {
            "email": "news@example.com",
            "connection_type": "gmail",
            "smtp_password": "abcd efgh ijkl mnop",
        },
        "A server of your own": {
            "email": "hello@example.com",
            "sender_name": "Example",
            "smtp_host": "mail.example.com",
            "smtp_port": 587,
            "smtp_use_tls": True,
            "smtp_username": "hello@example.com",
            "smtp_password": "correct horse battery staple",
            "daily_limit": 500,
            "timezone": "Europe/Berlin",
        },
    },
    AccountChangeBody: {
        "Another limit": {"daily_limit": 200, "min_wait_time": 2.5},
        "No answers to this mailbox": {"reply_to": "support@example.com"},
    },
    AccountAnswer: {
        "An account that sends": {
            "id": example_id("acc"),
            "email": "hello@example.com",
            "sender_name": "Demo",
            "reply_to": None,
            "connection_type": "imap/smtp",
            "status": "active",
            "daily_limit": 30,
            "min_wait_time": 1.0,
            "quota_window": "calendar_day",
            "timezone": "UTC",
            "smtp_host": "mail.example.com",
            "smtp_port": 587,
            "smtp_use_tls": True,
            "smtp_use_ssl": False,
            "smtp_username": "demo",
            "smtp_password": "********",
            "credential": "password",
            "oauth2": None,
            "max_connections": 10,
            "smtp_pipelining": "auto",
            "quota_unit": "messages",
            "high_priority_share": 0,
            "pipelining": {"in_use": True, "reason": None, "since": None},
            "emails_sent": 2,
            "remaining": 28,
            "limits": {
                "daily": {"set": 30, "learned": None, "provider": None, "effective": 30, "recovers_at": None},
                "spacing": {"set": 1.0, "learned": None, "provider": None, "effective": 1.0, "recovers_at": None},
                "connections": {"set": 10, "learned": None, "provider": None, "effective": 10, "recovers_at": None},
                "recipients": {"set": None, "learned": None, "provider": None, "effective": None, "recovers_at": None},
            },
            "resets_at": "2026-11-21T00:00:00Z",
            "rests_until": None,
            "last_error": None,
            "created_at": "2026-11-20T17:35:52Z",
            "updated_at": "2026-11-20T17:35:52Z",
        }
    },
    EventAnswer: {
        "What happened": {
            "id": example_id("evt"),
            "at": "2026-11-20T09:12:44Z",
            "kind": "recovered",
            "detail": "A mail was accepted again",
        }
    },
    HealthAnswer: {
        "All is well": {
            "account_id": example_id("acc"),
            "status": "active",
            "circuit": "closed",
            "open_until": None,
            "consecutive_faults": 0,
            "last_success": "2026-11-20T17:36:38Z",
            "last_error": None,
            "token_expires_at": None,
            "limits": {
                "daily": {"set": 30, "learned": None, "provider": None, "effective": 30, "recovers_at": None},
                "spacing": {"set": 1.0, "learned": None, "provider": None, "effective": 1.0, "recovers_at": None},
                "connections": {"set": 10, "learned": None, "provider": None, "effective": 10, "recovers_at": None},
                "recipients": {"set": None, "learned": None, "provider": None, "effective": None, "recovers_at": None},
            },
            "logins": 1,
            "open_connections": 1,
        }
    },
    UsageAnswer: {
        "Two days": {
            "account_id": example_id("acc"),
            "timezone": "UTC",
            "logins": 1,
            "open_connections": 1,
            "items": [
                {"day": "2026-11-20", "used": 2, "sent": 2, "failed": 0, "deferred": {}},
                {"day": "2026-11-19", "used": 0, "sent": 0, "failed": 0, "deferred": {}},
            ],
        }
    },
    PresetsAnswer: {
        "The first of them": PresetsAnswer(items=[PresetAnswer.of(preset) for preset in PRESETS[:1]]).model_dump(
            mode="json"
        )
    },
}
