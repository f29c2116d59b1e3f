"""Examples for the API document."""

from postroom.users.bodies import UserAnswer, UserBody
from postroom.web.examples import Examples

EXAMPLES: Examples = {
    UserBody: {
        "A customer": {
            "email": "ann@example.com",
            "name": "Ann Archer",
            "user_type": "customer",
            "role": "operator",
            "locale": "en-GB",
            "timezone": "Europe/London",
            "attributes": {"plan": "gold", "seats": 5},
        },
        "One attribute more": {"attributes": {"trial": None, "plan": "gold"}},
    },
    UserAnswer: {
        "A customer": {
            "id": "ann",
            "email": "ann@example.com",
            "name": "Ann Archer",
            "user_type": "customer",
            "role": "operator",
            "locale": "en-GB",
            "timezone": "Europe/London",
            "attributes": {"plan": "gold", "seats": 5},
            "revision": 2,
            "created_at": "2026-11-20T17:36:47Z",
            "updated_at": "2026-11-20T17:38:00Z",
        }
    },
}
