import json
from typing import Any

import pytest

from tests.fakes.played_api import PlayedApi, Reply
from tests.integration.cli.conftest import CommandLine

CALL = "GET /v1/system/status"
TOLD: dict[str, Any] = {
    "at": "2030-01-31T12:00:00Z",
    "healthy": True,
    "problems": [],
    "unavailable": {},
    "accounts": {"total": 4, "by_status": {"active": 3, "error": 1, "pending": 0}, "resting": 0, "exhausted": 2}
    | {"exhausted_until": "2030-02-01T00:00:00Z"},
    "capacity": {"now": 40, "today": 1200, "waiting": 7, "at_least": True},
    "rates": {
        "accepted": {"count": 31, "at_least": False},
        "tries": {"sent": 28, "failed": {"recipient": 2}, "deferred": {"busy": 1}, "uncertain": 1, "estimated": True},
    },
    "tenants": None,
    "queues": [
        {"name": "high", "visible": 3, "in_flight": 2, "delayed": 1, "oldest_seconds": 75.0},
        {"name": "low", "visible": 12, "in_flight": None, "delayed": 0, "oldest_seconds": None},
    ],
    "dead_letters": [{"queues": ["high", "low"], "depth": 5}],
    "schedules": [
        {"name": "due", "ended_at": "2030-01-31T11:59:30Z", "did": {"seen_to": 12}, "late": False},
        {"name": "daily_reset", "ended_at": None, "did": {}, "late": True},
    ],
    "versions": {"postroom": "0.1.0", "python": "3.13.1", "stage": "dev", "deployed_at": "2030-01-30T12:00:00Z"},
}
PROBLEM = {
    "what": "The oldest has waited for 20 minutes",
    "since": "2030-01-31T11:40:00Z",
    "what_to_do": "Look at the sender",
    "link": "docs/operations.md#old",
}


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.fixture(autouse=True)
def well(api: PlayedApi) -> None:
    api.on(CALL, Reply(body=TOLD))


def test_where_all_is_well_it_ends_well_and_shows_what_there_is(postroom: CommandLine) -> None:
    result = postroom("status")

    assert result.exit_code == 0
    shown = lines(result.stdout)
    assert shown[0] == "ok All is well"
    assert "accounts 3 active, 1 error" in shown
    assert "can send 40 now, 1,200 today" in shown
    assert "waiting 7 at least" in shown
    assert "last hour 31 accepted, about 28 sent, failed: 2 recipient, deferred: 1 busy, 1 uncertain" in shown
    assert "high 3 2 1 75 s 5" in shown
    assert "low 12 ? 0 ? 5" in shown
    assert any(line.startswith("due ok 2030-01-31") and line.endswith("12 seen_to") for line in shown)
    assert "daily_reset late never" in shown
    assert "version Postroom 0.1.0, Python 3.13.1, dev" in shown


def test_where_not_all_could_be_counted_it_says_so(api: PlayedApi, postroom: CommandLine) -> None:
    rates = TOLD["rates"] | {"accepted": {"count": 96000, "at_least": True}}
    api.on(CALL, Reply(body=TOLD | {"rates": rates}))

    assert "last hour at least 96,000 accepted, about 28 sent" in " ".join(lines(postroom("status").stdout))


def test_a_problem_is_told_with_what_to_do_and_is_the_exit_status(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(CALL, Reply(body=TOLD | {"healthy": False, "problems": [PROBLEM]}))

    result = postroom("status")

    assert result.exit_code == 1
    assert "The oldest has waited for 20 minutes" in result.stdout
    assert "Look at the sender (docs/operations.md#old)" in " ".join(lines(result.stdout))
    assert result.stderr.strip() == "1 problem"


def test_quiet_is_silent_when_all_is_well_and_tells_what_is_not(api: PlayedApi, postroom: CommandLine) -> None:
    assert postroom("status", "--quiet").output == ""
    api.on(CALL, Reply(body=TOLD | {"healthy": False, "problems": [PROBLEM]}))

    result = postroom("status", "--quiet")

    assert "Look at the sender" in result.stdout
    assert "Postroom 0.1.0" not in result.stdout


def test_json_is_what_the_api_said(api: PlayedApi, postroom: CommandLine) -> None:
    told = TOLD | {"healthy": False, "problems": [PROBLEM]}
    api.on(CALL, Reply(body=told))

    result = postroom("status", "--json")

    assert (result.exit_code, json.loads(result.stdout)) == (1, told)


def test_a_platform_key_is_shown_the_installation(api: PlayedApi, postroom: CommandLine) -> None:
    parts = {"accounts": None, "capacity": None, "rates": None, "schedules": None, "tenants": {"count": 12}}
    api.on(CALL, Reply(body=TOLD | parts | {"unavailable": {"schedules": "Timeout"}}))

    result = postroom("status")

    assert result.exit_code == 0
    assert "tenants 12" in lines(result.stdout)
    assert "did not answer schedules" in lines(result.stdout)
    assert "accounts" not in result.stdout
