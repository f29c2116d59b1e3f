"""Examples for the API document."""

from postroom.preferences.answers import (
    BulkAnswer,
    OverviewAnswer,
    PreferenceAnswer,
    TenantSettingsAnswer,
    UserSettingsAnswer,
)
from postroom.preferences.bodies import (
    BulkBody,
    NewPreferenceBody,
    PreferenceBody,
    TenantSettingsBody,
    UserSettingsBody,
)
from postroom.web.examples import Examples

_PREFERENCE = {
    "id": "ann~job_failed",
    "user": "ann",
    "event_type": "job_failed",
    "enabled": True,
    "job_types": ["backup"],
    "delivery": "daily",
    "email_address": "alerts@example.com",
    "email_confirmed": True,
    "permitted": True,
    "revision": 2,
    "created_at": "2026-11-20T09:12:44Z",
    "updated_at": "2026-11-20T09:20:00Z",
}

EXAMPLES: Examples = {
    NewPreferenceBody: {"Failures at once": {"user": "ann", "event_type": "job_failed", "delivery": "immediate"}},
    PreferenceBody: {"Once a day": {"delivery": "daily"}},
    BulkBody: {"One of them": {"preferences": [{"user": "ann", "event_type": "job_failed", "enabled": False}]}},
    PreferenceAnswer: {"Failures of backups": _PREFERENCE},
    BulkAnswer: {"One of them": {"items": [{"status": 200, "preference": _PREFERENCE}]}},
    UserSettingsBody: {
        "Quiet nights at the weekend": {
            "quiet_hours": [{"days": ["saturday", "sunday"], "start": "22:00", "end": "07:00"}],
            "digest_hour": 8,
            "most_per_hour": 5,
        }
    },
    UserSettingsAnswer: {
        "Quiet nights at the weekend": {
            "user": "ann",
            "quiet_hours": [{"days": ["saturday", "sunday"], "start": "22:00", "end": "07:00"}],
            "timezone": "Europe/London",
            "digest_hour": 8,
            "digest_weekday": "monday",
            "most_per_hour": 10,
            "revision": 1,
        }
    },
    TenantSettingsBody: {"Digests on Monday": {"digest_hour": 8, "digest_weekday": "monday"}},
    TenantSettingsAnswer: {
        "For admins": {
            "defaults": {"job_failed": {"enabled": True, "job_types": [], "delivery": "immediate", "roles": ["admin"]}},
            "digest_hour": 8,
            "digest_weekday": "monday",
            "most_per_hour": 10,
            "confirmation_url": "https://app.example.com/confirm",
            "revision": 1,
        }
    },
    OverviewAnswer: {
        "What holds for her": {
            "user": "ann",
            "role": "viewer",
            "timezone": "Europe/London",
            "digest_hour": 8,
            "digest_weekday": "monday",
            "most_per_hour": 10,
            "items": [
                {
                    "event_type": "job_failed",
                    "nature": "failure",
                    "priority": "high",
                    "enabled": True,
                    "job_types": [],
                    "delivery": "immediate",
                    "email_address": "ann@example.com",
                    "rule": "system",
                    "own_is_unused": False,
                }
            ],
        }
    },
}
