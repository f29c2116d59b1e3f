import json

from tests.fakes.played_api import PlayedApi, Reply, listed
from tests.integration.cli.conftest import CommandLine

ANN = {"id": "ann", "email": "ann@example.com"}
ANNS = {
    "id": "ann~job_failed",
    "user": "ann",
    "event_type": "job_failed",
    "enabled": True,
    "job_types": ["backup", "sync"],
    "delivery": "daily",
    "email_address": "ops@example.com",
    "email_confirmed": False,
    "permitted": False,
    "revision": 1,
}
BULK = "PUT /v1/preferences/bulk"
EFFECTIVE = {
    "user": "ann",
    "items": [
        {
            "event_type": "job_failed",
            "enabled": False,
            "job_types": [],
            "delivery": "immediate",
            "email_address": "ann@example.com",
            "rule": "system",
            "own_is_unused": True,
        }
    ],
}


def test_preferences_are_listed_with_what_keeps_them_from_being_used(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/users/ann", Reply(body=ANN))
    api.on("GET /v1/preferences", listed(ANNS))

    listing = postroom("preferences", "list", "--user", "ann", "--event-type", "job_failed", "--off")

    assert "ann   job_failed  yes  backup, sync  daily" in listing.stdout
    assert "not confirmed, not permitted in this role" in listing.stdout
    assert api.calls("GET /v1/preferences")[0].query == {
        "limit": "50",
        "user": "ann",
        "event_type": "job_failed",
        "enabled": "false",
    }


def test_a_preference_is_set_and_what_is_left_out_is_not_sent(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/users/ann", Reply(body=ANN))
    api.on(BULK, Reply(body={"items": [{"status": 201, "preference": ANNS}]}))

    stored = postroom("preferences", "set", "ann", "job_failed", "--job-type", "sync", "--delivery", "daily")
    cleared = postroom("preferences", "set", "ann", "job_failed", "--off", "--all-job-types", "--own-email", "--json")

    named = {"user": "ann", "event_type": "job_failed"}
    first, second = (call.body["preferences"] for call in api.calls(BULK))
    assert first == [named | {"job_types": ["sync"], "delivery": "daily"}]
    assert second == [named | {"enabled": False, "job_types": None, "email_address": None}]
    assert stored.stdout == "ann~job_failed is stored\n"
    assert "ops@example.com is confirmed by its owner" in stored.stderr
    assert json.loads(cleared.stdout) == ANNS


def test_what_a_role_may_not_have_is_refused_by_name(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/users/ann", Reply(body=ANN))
    fault = {"field": "event_type", "message": "is a failure"}
    error = {"status": 422, "code": "invalid_request", "detail": "Some fields are not valid", "errors": [fault]}
    api.on(BULK, Reply(body={"items": [{"status": 422, "error": error}]}))

    refused = postroom("preferences", "set", "ann", "job_failed", "--on")

    assert refused.exit_code == 3
    assert "event_type: is a failure" in refused.stderr


def test_what_is_given_cannot_be_taken_away_as_well(postroom: CommandLine) -> None:
    both = postroom("preferences", "set", "ann", "job_failed", "--email", "a@b.example", "--own-email")

    assert both.exit_code == 2


def test_what_holds_is_shown_with_whose_word_it_is(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/users/ann", Reply(body=ANN))
    api.on("GET /v1/users/ann/effective-preferences", Reply(body=EFFECTIVE))

    shown = postroom("preferences", "show", "ann")

    assert "job_failed  no  all        immediate  ann@example.com  system" in shown.stdout
    assert "not permitted in this role" in shown.stdout


def test_a_preference_is_deleted_and_its_address_asked_again(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/users/ann", Reply(body=ANN))
    api.on("DELETE /v1/preferences/ann~job_failed", Reply(204))
    api.on("POST /v1/preferences/ann~job_failed/confirmation", Reply(202, ANNS))

    deleted = postroom("preferences", "delete", "ann", "job_failed", "--yes")
    asked = postroom("preferences", "confirm", "ann", "job_failed")

    assert deleted.stdout == "ann~job_failed is deleted\n"
    assert asked.stdout == "ops@example.com is asked\n"
