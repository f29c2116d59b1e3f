"""Examples for the API document."""

from postroom.notifications.answers import AcceptedNotificationAnswer
from postroom.notifications.bodies import UsersNotificationBody, UserTypesNotificationBody
from postroom.web.examples import Examples, example_id

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
            "id": example_id("job"),
            "status": "waiting",
            "total": 1,
            "created_at": "2026-11-20T09:12:44Z",
        }
    },
}
