"""Examples for the API document."""

from postroom.system.configuration.bodies import ConfigurationAnswer
from postroom.web.examples import Examples, example_id

EXAMPLES: Examples = {
    ConfigurationAnswer: {
        "An account that was stopped": {
            "at": "2026-11-20T12:00:00Z",
            "ok": False,
            "errors": 1,
            "warnings": 1,
            "bounded": ["Of users the first 200 were looked at"],
            "points": [
                {
                    "check": "accounts_stopped",
                    "area": "accounts",
                    "level": "error",
                    "subject": "sales@acme.example",
                    "found": "was stopped: 535 5.7.8 Username and Password not accepted",
                    "remedy": f"Give it a new smtp_password: PUT /v1/accounts/{example_id('acc')}",
                },
                {
                    "check": "alarms",
                    "area": "deployment",
                    "level": "warning",
                    "subject": "alarms",
                    "found": "Nobody is told of alarms",
                    "remedy": "Deploy with AlarmEmail, or subscribe to their topic",
                },
                {
                    "check": "clock",
                    "area": "deployment",
                    "level": "ok",
                    "subject": "deployment",
                    "found": "Its clock is right",
                    "remedy": "",
                },
            ],
        }
    },
}
