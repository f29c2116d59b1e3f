"""Examples for the API document."""

from postroom.users.imports.bodies import ImportAnswer, ImportBody, NewImportAnswer, RefusedLineAnswer, UploadAnswer
from postroom.web.examples import Examples, example_id

EXAMPLES: Examples = {
    ImportBody: {"From CSV": {"format": "csv"}},
    ImportAnswer: {
        "Done": {
            "id": example_id("imp"),
            "status": "done",
            "detail": None,
            "format": "csv",
            "lines": 2,
            "created": 1,
            "changed": 0,
            "unchanged": 0,
            "refused": 1,
            "created_at": "2026-11-20T17:36:44Z",
            "started_at": "2026-11-20T17:36:44Z",
            "finished_at": "2026-11-20T17:36:47Z",
        }
    },
    NewImportAnswer: {
        "Where to put the file": {
            "id": example_id("imp"),
            "status": "waiting",
            "detail": None,
            "format": "csv",
            "lines": 0,
            "created": 0,
            "changed": 0,
            "unchanged": 0,
            "refused": 0,
            "created_at": "2026-11-20T17:36:44Z",
            "started_at": None,
            "finished_at": None,
            "upload": {
                "url": "https://files.example.com/imports/…",
                "method": "PUT",
                "headers": {"Content-Type": "text/csv"},
                "expires_at": "2026-11-20T18:36:44Z",
            },
        }
    },
    UploadAnswer: {
        "Anew": {
            "url": "https://files.example.com/imports/…",
            "method": "PUT",
            "headers": {"Content-Type": "text/csv"},
            "expires_at": "2026-11-20T18:36:44Z",
        }
    },
    RefusedLineAnswer: {
        "A line": {
            "line": 3,
            "user_id": "bob",
            "errors": [{"field": "email", "message": "An email address must have an @-sign."}],
        }
    },
}
