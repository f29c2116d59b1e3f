"""Examples for the API document."""

from postroom.oauth2.answers import ConsentAnswer
from postroom.web.examples import Examples

EXAMPLES: Examples = {
    ConsentAnswer: {
        "For its owner": {
            "authorization_url": "https://accounts.google.com/o/oauth2/v2/auth?client_id=example&state=example",
            "expires_at": "2026-11-20T09:22:44Z",
        }
    },
}
