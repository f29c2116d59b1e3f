"""Transactional mails, their tokens and their settings from the command line."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.played_api import PlayedApi, Reply, problem
from tests.integration.cli.conftest import CommandLine

APP = "https://app.example.com"
ACCEPTED = Reply(202, {"status": "accepted"})
REDEEMED = {"purpose": "password_reset", "user_id": "ann", "email": "ann@example.com"}
REDEEMED["redeemed_at"] = "2030-01-31T12:00:00Z"
SETTINGS = {"origins": [APP], "token_lifetimes": {"password_reset": 900}, "cool_down": {"per_minute": 1}}


@pytest.mark.parametrize(
    ("words", "path", "body"),
    [
        (
            ("verification", "--user-id", "ann", "--base-url", APP, "--locale", "de"),
            "verification",
            {"user_id": "ann", "base_url": APP, "locale": "de"},
        ),
        (
            ("password-reset", "--email", "ann@example.com", "--base-url", APP, "--account", "acc_1"),
            "password-reset",
            {"email": "ann@example.com", "base_url": APP, "account_id": "acc_1"},
        ),
        (
            ("invitation", "--inviter", "ann", "--invitee-email", "b@example.org", "--base-url", APP),
            "invitation",
            {"inviter": "ann", "invitee_email": "b@example.org", "base_url": APP},
        ),
        (("welcome", "--user-id", "ann"), "welcome", {"user_id": "ann"}),
    ],
)
def test_a_mail_is_asked_for_once_however_often_the_api_has_to_be_asked(
    api: PlayedApi, postroom: CommandLine, words: tuple[str, ...], path: str, body: dict[str, Any]
) -> None:
    api.on(f"POST /v1/emails/{path}", Reply(503), ACCEPTED)
    api.on("GET /v1/accounts/acc_1", Reply(body={"id": "acc_1"}))

    result = postroom("mails", *words)

    asked = [one for one in api.asked if one.method == "POST"]
    assert (result.exit_code, result.stdout.strip()) == (0, "The request is accepted")
    assert [one.body for one in asked] == [body, body]
    assert len({one.headers["Idempotency-Key"] for one in asked}) == 1


def test_a_user_is_named_in_one_way(api: PlayedApi, postroom: CommandLine) -> None:
    result = postroom("mails", "verification", "--user-id", "ann", "--email", "a@example.com", "--base-url", APP)

    assert (result.exit_code, api.asked) == (2, [])


@pytest.mark.parametrize("way", ["file", "input"])
def test_a_token_is_read_and_never_typed_on_the_command_line(
    api: PlayedApi, postroom: CommandLine, tmp_path: Path, way: str
) -> None:
    api.on("POST /v1/tokens/verify", Reply(body=REDEEMED))
    file = tmp_path / "token"
    file.write_text("the-token\n")

    given = ("--token-file", str(file)) if way == "file" else ("--token-stdin",)
    result = postroom("tokens", "verify", "--purpose", "password_reset", *given, given="the-token\n")

    assert result.exit_code == 0
    assert "ann@example.com" in result.stdout
    assert api.asked[0].body == {"token": "the-token", "purpose": "password_reset"}


def test_a_token_that_is_not_valid_is_refused(api: PlayedApi, postroom: CommandLine) -> None:
    errors = [{"field": "token", "message": "is not valid"}]
    api.on("POST /v1/tokens/verify", problem(422, "invalid_request", "Some fields are not valid", errors))

    result = postroom("tokens", "verify", "--purpose", "invitation", "--token-stdin", given="x\n")

    assert result.exit_code == 3
    assert "token: is not valid" in result.stderr


def test_settings_are_shown_and_changed(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/settings/mails", Reply(body=SETTINGS))
    api.on("PUT /v1/settings/mails", Reply(body=SETTINGS))

    shown = postroom("settings", "mails")
    changed = postroom("settings", "mails", "--origin", APP, "--reset-lifetime", "900", "--per-hour", "9")

    assert (shown.exit_code, changed.exit_code) == (0, 0)
    assert shown.stdout == changed.stdout
    assert api.asked[1].body == {
        "origins": [APP],
        "token_lifetimes": {"password_reset": 900},
        "cool_down": {"per_hour": 9},
    }


def test_origins_are_taken_away_by_an_option_of_its_own(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("PUT /v1/settings/mails", Reply(body=SETTINGS))

    emptied = postroom("settings", "mails", "--no-origins")
    contradiction = postroom("settings", "mails", "--no-origins", "--origin", APP)

    assert (emptied.exit_code, contradiction.exit_code) == (0, 2)
    assert [one.body for one in api.asked] == [{"origins": []}]
