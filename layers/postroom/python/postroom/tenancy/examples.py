"""Examples for the API document."""

from postroom.tenancy.bodies import (
    CreatedTenantAnswer,
    IssuedKeyAnswer,
    KeyAnswer,
    KeyBody,
    KeyChangeBody,
    MeAnswer,
    ShownTenantAnswer,
    TenantAnswer,
    TenantBody,
)
from postroom.web.examples import EXAMPLE, Examples, example_id

EXAMPLES: Examples = {
    TenantBody: {"A tenant": {"name": "Example"}},
    KeyBody: {"For a server": {"name": "web server", "role": "operator"}},
    TenantAnswer: {"A tenant": {"id": example_id("ten"), "name": "Example", "created_at": "2026-11-20T17:36:48Z"}},
    CreatedTenantAnswer: {
        "With its first key": {
            "id": example_id("ten"),
            "name": "Example",
            "created_at": "2026-11-20T17:36:48Z",
            "admin_key": {
                "id": example_id("key"),
                "name": "first admin key",
                "role": "admin",
                "user_id": None,
                "requests_per_minute": None,
                "highest_priority": "high",
                "created_at": "2026-11-20T17:36:48Z",
                "revoked_at": None,
                "key": f"pr_{EXAMPLE}_{EXAMPLE}_OnlyShownThisOnce",
            },
        }
    },
    KeyAnswer: {
        "A key": {
            "id": example_id("key"),
            "name": "ci",
            "role": "operator",
            "user_id": None,
            "requests_per_minute": None,
            "highest_priority": "high",
            "created_at": "2026-11-20T17:36:42Z",
            "revoked_at": None,
        }
    },
    IssuedKeyAnswer: {
        "Shown this once": {
            "id": example_id("key"),
            "name": "ci",
            "role": "operator",
            "user_id": None,
            "requests_per_minute": None,
            "highest_priority": "high",
            "created_at": "2026-11-20T17:36:42Z",
            "revoked_at": None,
            "key": f"pr_{EXAMPLE}_{EXAMPLE}_OnlyShownThisOnce",
        }
    },
    MeAnswer: {
        "A tenant's key": {
            "tenant_id": example_id("ten"),
            "tenant_name": "A",
            "key_id": example_id("key"),
            "role": "admin",
            "highest_priority": "high",
            "limits": {
                "key": {"requests_per_minute": 600, "left": 598, "more_in_seconds": 12},
                "tenant": {"requests_per_minute": 1200, "left": 1190, "more_in_seconds": 4},
            },
        }
    },
    KeyChangeBody: {"No urgent mail": {"highest_priority": "normal"}, "More requests": {"requests_per_minute": 600}},
    ShownTenantAnswer: {
        "A tenant": {
            "id": example_id("ten"),
            "name": "Example",
            "created_at": "2026-11-20T09:12:44Z",
            "limits": {"requests_per_minute": 1200},
        }
    },
}
