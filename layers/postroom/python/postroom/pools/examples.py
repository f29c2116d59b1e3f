"""Examples for the API document."""

from postroom.pools.bodies import PoolAnswer, PoolBody, PoolChangeBody, SettingsAnswer, SettingsBody
from postroom.web.examples import Examples, example_id

EXAMPLES: Examples = {
    PoolBody: {
        "For newsletters": {
            "name": "Newsletters",
            "account_ids": [example_id("acc")],
            "strategy": "idle_longest",
        }
    },
    PoolChangeBody: {"Another name": {"name": "News", "revision": 1}, "As the tenant chooses": {"strategy": None}},
    PoolAnswer: {
        "A pool": {
            "id": example_id("pool"),
            "name": "Newsletters",
            "account_ids": [example_id("acc")],
            "strategy": "sticky",
            "revision": 1,
            "created_at": "2026-11-20T17:36:43Z",
            "updated_at": "2026-11-20T17:36:43Z",
        }
    },
    SettingsBody: {"The one that waited longest": {"strategy": "idle_longest"}},
    SettingsAnswer: {"The usual": {"strategy": "random"}},
}
