"""Examples for the API document."""

from postroom.mails.bodies import (
    AcceptedMailAnswer,
    InvitationBody,
    MailSettingsAnswer,
    MailSettingsBody,
    PasswordResetBody,
    VerificationBody,
    WelcomeBody,
)
from postroom.web.examples import Examples

EXAMPLES: Examples = {
    VerificationBody: {
        "For a user": {"user_id": "ann", "base_url": "https://app.example.com/verify"},
        "For an address": {"email": "ann@example.com", "base_url": "https://app.example.com/verify"},
    },
    PasswordResetBody: {"Forgotten": {"email": "ann@example.com", "base_url": "https://app.example.com/reset"}},
    InvitationBody: {
        "A colleague": {
            "inviter": "ann",
            "invitee_email": "bob@example.com",
            "user_type": "customer",
            "base_url": "https://app.example.com/join",
        }
    },
    WelcomeBody: {"With a button": {"user_id": "ann", "base_url": "https://app.example.com"}},
    AcceptedMailAnswer: {"Accepted": {"status": "accepted"}},
    MailSettingsBody: {
        "Where links may lead": {"origins": ["https://app.example.com"], "token_lifetimes": {"password_reset": 1800}}
    },
    MailSettingsAnswer: {
        "One origin": {
            "origins": ["https://app.example.com"],
            "token_lifetimes": {
                "email_verification": 86400,
                "password_reset": 3600,
                "invitation": 604800,
                "notification_address": 86400,
            },
            "cool_down": {"per_minute": 1, "per_hour": 5},
            "revision": 1,
        }
    },
}
