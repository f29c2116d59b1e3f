"""Examples for the API document."""

from postroom.tokens.bodies import RedemptionAnswer, VerifyBody
from postroom.web.examples import Examples

EXAMPLES: Examples = {
    VerifyBody: {"Of a verification": {"token": "tok_from_the_link", "purpose": "email_verification"}},
    RedemptionAnswer: {
        "A user's address": {
            "purpose": "email_verification",
            "user_id": "ann",
            "email": "ann@example.com",
            "redeemed_at": "2026-11-20T09:12:44Z",
            "inviter": None,
            "user_type": None,
        }
    },
}
