"""``postroom events told`` and ``postroom preferences links``, against a played API."""

import json
from typing import Any

from tests.fakes.played_api import Asked, PlayedApi, Reply, listed
from tests.integration.cli.conftest import CommandLine

ANN = {"id": "ann", "email": "ann@example.com"}
LOG = "GET /v1/notifications/events"
NOTICE: dict[str, Any] = {
    "event": "evt_1",
    "event_type": "job_failed",
    "user": "ann",
    "recipient": "ann@example.com",
    "subject": "Nightly copy failed",
    "status": "sent",
    "delivery": "immediate",
    "error": None,
    "created_at": "2030-01-31T12:00:00Z",
    "due_at": None,
    "sent_at": "2030-01-31T12:00:04Z",
}
URL = f"https://mail.example.com/pages/preferences?token=gAAAAABpH1d3{'x' * 300}"


def test_the_log_says_whom_was_told_and_what_became_of_it(api: PlayedApi, postroom: CommandLine) -> None:
    failed = NOTICE | {"status": "failed", "sent_at": None, "error": "550 no such user"}
    waiting = NOTICE | {"status": "pending", "sent_at": None, "due_at": "2030-02-01T08:00:00Z", "delivery": "digest"}
    cancelled = waiting | {"status": "cancelled"}
    api.on(LOG, listed(NOTICE, failed, waiting, cancelled))

    found = postroom("events", "told", COLUMNS="200")

    header, *rows = found.stdout.splitlines()
    assert header.split() == ["created", "user", "to", "event_type", "status", "delivery", "subject"]
    assert ["Nightly copy failed" in row and "ann@example.com" in row for row in rows] == [True] * 4
    ends = [row.partition("Nightly copy failed")[2].split()[:1] for row in rows]
    assert ends == [["sent"], ["550"], ["due"], []]


def test_all_filters_of_the_log_are_asked_for(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/users/ann@example.com", Reply(404))
    api.on("GET /v1/users", listed(ANN))
    api.on(LOG, listed(NOTICE))
    words = ("--event-type", "job_failed", "--status", "sent", "--user", "ann@example.com", "--job", "nightly")
    more = ("--compliance-result", "res_1", "--recipient", "ann@example.com", "--order", "sent_at")

    found = postroom("events", "told", *words, *more, "--from", "2030-01-31", "--to", "2030-02-01", "--json")

    assert json.loads(found.stdout) == {"items": [NOTICE], "next_cursor": None}
    assert api.calls(LOG)[0].query == {
        "limit": "50",
        "event_type": "job_failed",
        "status": "sent",
        "user": "ann",
        "job": "nightly",
        "compliance_result": "res_1",
        "recipient": "ann@example.com",
        "from": "2030-01-31",
        "to": "2030-02-01",
        "order": "sent_at",
    }


def test_a_long_log_is_read_page_by_page(api: PlayedApi, postroom: CommandLine) -> None:
    def page(asked: Asked) -> Reply:
        start = int(asked.query.get("cursor", "0"))
        items = [NOTICE | {"event": f"evt_{n}"} for n in range(start, start + int(asked.query["limit"]))]
        return Reply(body={"items": items, "next_cursor": str(start + len(items))})

    api.on(LOG, page)

    found = postroom("events", "told", "--limit", "250", "--json")

    assert [one["event"] for one in json.loads(found.stdout)["items"]] == [f"evt_{n}" for n in range(250)]
    assert len(api.calls(LOG)) == 3
    assert "--limit 2500" in found.stderr


def test_a_link_is_issued_and_stands_alone_in_the_output(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/users/ann", Reply(body=ANN))
    api.on("POST /v1/users/ann/preference-links", Reply(body={"user": "ann", "preferences_url": URL}))

    assert postroom("preferences", "links", "issue", "ann").stdout == f"{URL}\n"


def test_links_are_ended_by_who_says_so(api: PlayedApi, postroom: CommandLine) -> None:
    revoke = "POST /v1/users/ann/preference-links/revoke"
    api.on("GET /v1/users/ann", Reply(body=ANN))
    api.on(revoke, Reply(body={"user": "ann", "revoked_at": "2030-01-31T12:00:00Z"}))

    refused = postroom("preferences", "links", "revoke", "ann")
    asked_before = len(api.calls(revoke))
    ended = postroom("preferences", "links", "revoke", "ann", "--yes")

    assert refused.exit_code != 0
    assert asked_before == 0
    assert ended.stdout == "The links of ann are ended\n"
