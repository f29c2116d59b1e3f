import json
import re

import pytest

from tests.fakes.played_api import PlayedApi, Reply
from tests.integration.cli.conftest import CommandLine

ANN = {"id": "ann", "email": "ann@example.com"}
OF_ANN = "/v1/users/ann/notification-settings"
OF_ALL = "/v1/settings/preferences"
WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
EVERY_DAY = [*WORKDAYS, "saturday", "sunday"]
SETTINGS = {
    "user": "ann",
    "quiet_hours": [
        {"days": EVERY_DAY, "start": "22:00", "end": "07:00"},
        {"days": ["sunday"], "start": "00:00", "end": "12:00"},
    ],
    "timezone": None,
    "digest_hour": 7,
    "digest_weekday": None,
    "most_per_hour": None,
    "revision": 3,
}
DEFAULTS = {
    "defaults": {"job_success": {"enabled": True, "job_types": [], "delivery": "daily", "roles": ["operator"]}},
    "digest_hour": 7,
    "digest_weekday": "friday",
    "confirmation_url": None,
    "revision": 4,
}


def test_quiet_hours_are_shown_as_they_are_typed(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/users/ann", Reply(body=ANN))
    api.on(f"GET {OF_ANN}", Reply(body=SETTINGS))

    shown = postroom("preferences", "settings", "ann")
    as_json = postroom("preferences", "settings", "ann", "--json")

    assert "22:00-07:00, sunday 00:00-12:00" in shown.stdout
    assert re.search(r"digest_hour +7", shown.stdout)
    assert json.loads(as_json.stdout) == SETTINGS


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("22:00-07:00", {"start": "22:00", "end": "07:00"}),
        ("mon-fri 7:30-8:00", {"days": WORKDAYS, "start": "07:30", "end": "08:00"}),
        ("Saturday,Sunday 00:00-00:00", {"days": ["saturday", "sunday"], "start": "00:00", "end": "00:00"}),
        ("sat-mon 00:00-01:00", {"days": ["saturday", "sunday", "monday"], "start": "00:00", "end": "01:00"}),
    ],
)
def test_a_window_is_typed_with_days_or_without(
    api: PlayedApi, postroom: CommandLine, text: str, window: dict[str, object]
) -> None:
    api.on("GET /v1/users/ann", Reply(body=ANN))
    api.on(f"PUT {OF_ANN}", Reply(body=SETTINGS))

    changed = postroom("preferences", "settings", "ann", "--quiet-hours", text)

    assert changed.exit_code == 0
    assert api.calls(f"PUT {OF_ANN}")[0].body == {"quiet_hours": [window]}


@pytest.mark.parametrize("text", ["22:00", "someday 22:00-07:00", "mo 22:00-07:00", "mon- 22:00-07:00", "22-7"])
def test_what_is_no_window_is_said_before_anything_is_changed(api: PlayedApi, postroom: CommandLine, text: str) -> None:
    api.on("GET /v1/users/ann", Reply(body=ANN))

    refused = postroom("preferences", "settings", "ann", "--quiet-hours", text)

    assert refused.exit_code == 2
    assert "mon-fri 12:00-13:00" in refused.stderr


def test_times_of_a_user_are_changed_and_taken_away(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/users/ann", Reply(body=ANN))
    api.on(f"PUT {OF_ANN}", Reply(body=SETTINGS))

    postroom("preferences", "settings", "ann", "--digest-hour", "7", "--most-per-hour", "3", "--timezone", "Asia/Tokyo")
    postroom("preferences", "settings", "ann", "--no-quiet-hours", "--no-digest-weekday", "--no-most-per-hour")

    first, second = (call.body for call in api.calls(f"PUT {OF_ANN}"))
    assert first == {"digest_hour": 7, "most_per_hour": 3, "timezone": "Asia/Tokyo"}
    assert second == {"quiet_hours": None, "digest_weekday": None, "most_per_hour": None}


def test_what_is_given_is_not_taken_away_as_well(postroom: CommandLine) -> None:
    refused = postroom("preferences", "settings", "ann", "--digest-hour", "7", "--no-digest-hour")

    assert refused.exit_code == 2
    assert "--no-digest-hour" in refused.stderr


def test_what_holds_unasked_is_shown_and_changed(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(f"GET {OF_ALL}", Reply(body=DEFAULTS))
    api.on(f"PUT {OF_ALL}", Reply(body=DEFAULTS))

    shown = postroom("settings", "preferences")
    postroom("settings", "preferences", "--digest-weekday", "friday", "--no-confirmation-url")

    assert "job_success  yes  all        daily     operator" in shown.stdout
    assert api.calls(f"PUT {OF_ALL}")[0].body == {"digest_weekday": "friday", "confirmation_url": None}


def test_a_part_of_a_default_is_changed_and_the_rest_of_it_stays(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(f"GET {OF_ALL}", Reply(body=DEFAULTS))
    api.on(f"PUT {OF_ALL}", Reply(body=DEFAULTS))

    postroom("preferences", "default", "job_success", "--delivery", "weekly", "--all-roles")
    postroom("preferences", "default", "job_failed", "--off")
    postroom("preferences", "default", "job_success", "--none")

    bodies = [call.body for call in api.calls(f"PUT {OF_ALL}")]
    weekly = {"enabled": True, "job_types": [], "delivery": "weekly", "roles": []}
    assert [body["defaults"] for body in bodies] == [
        {"job_success": weekly},
        {"job_failed": {"enabled": False}},
        {"job_success": None},
    ]
    assert {body["revision"] for body in bodies} == {4}


def test_a_default_is_not_taken_away_and_given_at_once(postroom: CommandLine) -> None:
    refused = postroom("preferences", "default", "job_success", "--on", "--none")

    assert refused.exit_code == 2
