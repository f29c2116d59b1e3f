"""Examples for the API document."""

from postroom.event_types.bodies import EventTypeAnswer, EventTypeBody
from postroom.web.examples import Examples

EXAMPLES: Examples = {
    EventTypeBody: {"Less urgent": {"priority": "normal"}},
    EventTypeAnswer: {
        "A built-in one": {
            "name": "job_failed",
            "nature": "failure",
            "template": "job_failed",
            "priority": "high",
            "description": "A job has failed",
            "built_in": True,
            "revision": 1,
            "updated_at": "2026-11-20T09:12:44Z",
        }
    },
}
