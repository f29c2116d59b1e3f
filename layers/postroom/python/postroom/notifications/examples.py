"""Examples for the API document."""

from postroom.notifications.answers import AcceptedNotificationAnswer
from postroom.notifications.bodies import UsersNotificationBody, UserTypesNotificationBody
from postroom.web.examples import Examples

EXAMPLES: Examples = {
    UsersNotificationBody: {
        "In your own words": {
            "user_ids": ["ann"],
            "subject": "Maintenance tonight",
            "message": "We are back at six.",
            "email_type": "update",
        },
    },
    UserTypesNotificationBody: {
        "To all customers": {
            "user_types": ["customer"],
            "subject": "Maintenance tonight",
            "message": "We are back at six.",
        },
    },
    AcceptedNotificationAnswer: {
        "Accepted": {
            "id": "job_01m7c5v0e8s3k6t2x9h4w1q7zb",
            "status": "waiting",
            "total": 1,
            "created_at": "2026-11-20T09:12:44Z",
        }
    },
}
