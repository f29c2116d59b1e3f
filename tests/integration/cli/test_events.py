"""``postroom events``, against a played API."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.played_api import Asked, PlayedApi, Reply, listed, problem
from tests.integration.cli.conftest import CommandLine

EVENT: dict[str, Any] = {
    "id": "evt_1",
    "event_type": "job_failed",
    "status": "done",
    "job": {"id": "nightly", "name": "Nightly copy"},
    "compliance_result": None,
    "users": 3,
    "told": {"immediate": 2, "digest": 1},
    "created_at": "2030-01-31T12:00:00Z",
}


@pytest.fixture
def events(api: PlayedApi) -> PlayedApi:
    def taken(asked: Asked) -> Reply:
        made = [{"id": f"evt_{n}", "deduplicated": "dedupe_key" in one} for n, one in enumerate(asked.body["events"])]
        return Reply(202, {"events": made})

    api.on("POST /v1/events", taken)
    return api


def test_an_event_is_given_by_options(events: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    data.write_text('{"branch": "main"}')
    words = ("--job", "nightly", "--job-type", "copy", "--job-status", "failed", "--error", "Disk full")

    result = postroom("events", "post", *words, "--dedupe-key", "a", "--critical", "--data", str(data))

    assert result.exit_code == 0, result.output
    assert result.stdout == "evt_0 posted, 1 of them known before\n"
    [asked] = events.asked
    assert asked.headers["Idempotency-Key"]
    assert asked.body == {
        "events": [
            {
                "job": {"id": "nightly", "type": "copy", "status": "failed", "error": "Disk full"},
                "dedupe_key": "a",
                "critical": True,
                "data": {"branch": "main"},
            }
        ]
    }


@pytest.mark.parametrize("document", [[EVENT] * 1201, {"events": [EVENT] * 1201}])
def test_a_file_of_many_goes_500_in_a_request_each_with_a_key_of_its_own(
    events: PlayedApi, postroom: CommandLine, tmp_path: Path, document: object
) -> None:
    file = tmp_path / "events.json"
    file.write_text(json.dumps(document))

    result = postroom("events", "post", "--file", str(file), "--idempotency-key", "night")

    assert result.stdout == "1201 events posted\n"
    assert [len(asked.body["events"]) for asked in events.asked] == [500, 500, 201]
    assert [asked.headers["Idempotency-Key"] for asked in events.asked] == ["night", "night-500", "night-1000"]


def test_one_event_is_read_from_the_input(events: PlayedApi, postroom: CommandLine) -> None:
    assert postroom("events", "post", "--file", "-", given='{"event_type": "door_open"}').exit_code == 0
    assert events.asked[0].body == {"events": [{"event_type": "door_open"}]}


@pytest.mark.parametrize("given", ["", "{", "[]", "7", '{"events": {}}'])
def test_a_file_without_events_asks_for_nothing(events: PlayedApi, postroom: CommandLine, given: str) -> None:
    assert postroom("events", "post", "--file", "-", given=given).exit_code == 2
    assert events.asked == []


@pytest.mark.parametrize("words", [(), ("job_failed", "--file", "-")])
def test_what_cannot_be_meant_asks_for_nothing(
    events: PlayedApi, postroom: CommandLine, words: tuple[str, ...]
) -> None:
    assert postroom("events", "post", *words, given="{}").exit_code == 2
    assert events.asked == []


def test_an_answer_that_does_not_come_can_be_asked_for_again(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/events", Reply(drops=True))

    result = postroom("events", "post", "job_failed", "--idempotency-key", "mine")

    assert result.exit_code != 0
    assert "--idempotency-key mine" in result.stderr


def test_what_is_wrong_is_told_by_its_field(api: PlayedApi, postroom: CommandLine) -> None:
    fault = {"field": "events.0.event_type", "message": "There is no such event type"}
    api.on("POST /v1/events", problem(422, "invalid", "Fields are wrong", [fault]))

    result = postroom("events", "post", "nothing")

    assert result.exit_code != 0
    assert "There is no such event type" in result.stderr


def test_events_are_listed_and_shown(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/events", listed(EVENT, next_cursor="more"))
    api.on("GET /v1/events/evt_1", Reply(body=EVENT))

    found = postroom("events", "list", "-n", "1")
    shown = postroom("events", "show", "evt_1")

    assert "Nightly copy" in found.stdout
    assert "--limit" in found.stderr
    assert "told.immediate" in shown.stdout
    assert json.loads(postroom("events", "show", "evt_1", "--json").stdout) == EVENT
