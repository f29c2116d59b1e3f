import json

from tests.fakes.played_api import PlayedApi, Reply, listed
from tests.integration.cli.conftest import CommandLine

FAILED = {
    "name": "job_failed",
    "nature": "failure",
    "template": "job_failed",
    "priority": "high",
    "description": "A job failed.",
    "built_in": True,
    "revision": 0,
}
DRIFT = FAILED | {"name": "disk_drift", "nature": "result", "template": "drift", "built_in": False}
AT = "/v1/event-types"


def test_event_types_are_listed_with_which_are_built_in(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(f"GET {AT}", listed(DRIFT, FAILED))

    listing = postroom("event-types", "list")

    assert "disk_drift  result   drift       high" in listing.stdout
    assert "job_failed  failure  job_failed  high      yes" in listing.stdout


def test_an_event_type_is_shown_whole(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(f"GET {AT}/disk_drift", Reply(body=DRIFT))

    shown = postroom("event-types", "show", "disk_drift", "--json")

    assert json.loads(shown.stdout) == DRIFT


def test_what_is_left_out_of_an_event_type_stays_as_it_is(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(f"PUT {AT}/disk_drift", Reply(body=DRIFT))

    stored = postroom("event-types", "put", "disk_drift", "--nature", "result", "--template", "drift")

    assert stored.stdout == "disk_drift is stored\n"
    assert api.calls(f"PUT {AT}/disk_drift")[0].body == {"nature": "result", "template": "drift"}


def test_an_event_type_in_use_is_deleted_with_force_alone(api: PlayedApi, postroom: CommandLine) -> None:
    in_use = {"status": 409, "code": "conflict", "detail": "It is in use: 3 preferences"}
    api.on(f"DELETE {AT}/disk_drift", Reply(409, in_use), Reply(204))

    refused = postroom("event-types", "delete", "disk_drift", "--yes")
    deleted = postroom("event-types", "delete", "disk_drift", "--yes", "--force")

    assert refused.exit_code == 3
    assert "It is in use: 3 preferences" in refused.stderr
    assert deleted.stdout == "disk_drift is deleted\n"
    assert [call.query for call in api.calls(f"DELETE {AT}/disk_drift")] == [{}, {"force": "true"}]
