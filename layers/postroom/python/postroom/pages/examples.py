"""Examples for the API document."""

from postroom.pages.answers import LinkAnswer, RevokedAnswer
from postroom.pages.bodies import LinkBody
from postroom.web.examples import Examples

EXAMPLES: Examples = {
    LinkBody: {"Nothing": {}},
    LinkAnswer: {
        "A link": {
            "user": "ann",
            "preferences_url": "https://mail.example.com/pages/preferences?token=gAAAAABpH1d3",
        }
    },
    RevokedAnswer: {"Revoked": {"user": "ann", "revoked_at": "2026-11-20T09:30:00Z"}},
}
