import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from local.certificates import make_certificates
from tests.fakes.played_api import FORBIDDEN, UNAUTHENTICATED, PlayedApi, Reply, listed, played_api, problem
from tests.integration.cli.conftest import KEY, CommandLine

ANN = {
    "id": "acc_1",
    "email": "ann@example.com",
    "status": "active",
    "remaining": 27,
    "limits": {"daily": {"effective": 30}},
}
BOB = ANN | {"id": "acc_2", "email": "bob@example.com"}
PASSED = {"success": True, "tested": True, "message": "Ready to send", "account_id": "acc_1", "steps": []}
ME = {"tenant_id": "ten_acme", "tenant_name": "Acme", "key_id": "key_01m7key", "role": "admin"}
TRY = "POST /v1/accounts/test-connections"
CHECK = "GET /v1/system/config-check"
POINT = {"check": "clock", "area": "deployment", "level": "ok", "subject": "deployment", "found": "…", "remedy": ""}
REPORT = {"ok": True, "bounded": [], "points": [POINT]}


@pytest.fixture(autouse=True)
def well(api: PlayedApi) -> None:
    api.on("GET /v1/me", Reply(body=ME))
    api.on("GET /v1/accounts", listed(ANN))
    api.on(TRY, listed(PASSED))
    api.on(CHECK, Reply(body=REPORT))


def points(postroom: CommandLine, *words: str, exit_code: int = 1) -> dict[str, tuple[str, str, str]]:
    result = postroom("config", "check", "--json", *words)
    assert result.exit_code == exit_code, result.output
    found = json.loads(result.stdout)["points"]
    return {one["subject"]: (one["level"], one["found"], one["remedy"]) for one in found}


def test_all_is_well(api: PlayedApi, postroom: CommandLine) -> None:
    found = points(postroom, exit_code=0)

    assert found == {
        "POSTROOM_API": ("ok", api.url, ""),
        "POSTROOM_KEY": ("ok", "key_01m7key of ten_acme", ""),
        "The API": ("ok", "answers, and asks for a key", ""),
        "TLS": ("ok", "none, and none needed: it is on this machine", ""),
        "The key": ("ok", "is valid: admin of the tenant ten_acme (Acme)", ""),
        "The configuration": ("ok", "1 of 1 checks find nothing", ""),
        "ann@example.com": ("ok", "Ready to send", ""),
    }


def test_quiet_is_silent_when_all_is_well(postroom: CommandLine) -> None:
    assert postroom("config", "check", "--quiet").output == ""


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("", "POSTROOM_API is not set"),
        ("api.example.com", "POSTROOM_API is not a URL"),
        ("ftp://api.example.com", "POSTROOM_API is not a URL"),
        ("https://", "POSTROOM_API is not a URL"),
        ("https://a:b:c", "POSTROOM_API is not a URL"),
        ("ftp://user:secretpw@h/", "POSTROOM_API is not a URL"),
        (KEY, "POSTROOM_API holds a key"),
        (f"https://{KEY}", "POSTROOM_API holds a key"),
        (KEY[:-1], "POSTROOM_API is not a URL"),
        ("https://user:secret@api.example.com", "POSTROOM_API has more than a host and a path"),
        ("http://api.example.com", "POSTROOM_API is http:// and api.example.com is not this machine"),
    ],
)
def test_an_address_that_is_none_is_told(api: PlayedApi, postroom: CommandLine, url: str, what: str) -> None:
    postroom.environ["POSTROOM_API"] = url

    level, found, remedy = points(postroom)["POSTROOM_API"]

    assert (level, found) == ("wrong", what)
    assert remedy
    assert re.findall("secret|SSSS", postroom("accounts", "list").output) == []
    assert api.asked == []


def test_an_address_that_has_what_is_added_to_it_is_told(api: PlayedApi, postroom: CommandLine) -> None:
    postroom.environ["POSTROOM_API"] = f"{api.url}/v1/"

    assert points(postroom)["POSTROOM_API"] == (
        "warning",
        f"{api.url}/v1 ends in /v1, which is added to it",
        "Leave /v1 out, unless it is there twice.",
    )


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("", "POSTROOM_KEY is empty"),
        ("two words", "POSTROOM_KEY holds something that cannot be a key"),
        ("schlüssel", "POSTROOM_KEY holds something that cannot be a key"),
        ("x\r\nHost: evil", "POSTROOM_KEY holds something that cannot be a key"),
        (KEY[:-1], "does not look like a key of Postroom"),
    ],
)
def test_a_key_that_is_none_is_told_and_not_said(api: PlayedApi, postroom: CommandLine, key: str, what: str) -> None:
    postroom.environ["POSTROOM_KEY"] = key

    level, found, _ = points(postroom)["POSTROOM_KEY"]

    assert (level, found) == ("wrong", what)
    assert api.asked == []


def test_a_missing_key_and_a_missing_address_are_told_together(postroom: CommandLine) -> None:
    postroom.environ.clear()

    assert [level for level, _, _ in points(postroom).values()] == ["wrong", "wrong"]


def test_a_key_file_that_others_may_read_is_told(postroom: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o644)

    found = points(postroom, "--key-file", str(file), exit_code=0)

    assert found[str(file)] == ("warning", "others on this machine may read it", f"chmod 600 {file}")
    file.chmod(0o600)
    assert points(postroom, "--key-file", str(file), exit_code=0)[str(file)][0] == "ok"


def test_a_key_file_that_cannot_be_read_is_told(postroom: CommandLine) -> None:
    found = points(postroom, "--key-file", "/there/is/none")

    assert found["/there/is/none"][1].endswith(os.strerror(2))


def test_nobody_there_is_told(postroom: CommandLine) -> None:
    with played_api() as gone:
        postroom.environ["POSTROOM_API"] = gone.url

    level, found, _ = points(postroom)["The API"]

    assert (level, found) == ("wrong", f"Nothing listens at {gone.url}")


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (Reply(raw=b"<html>It works!</html>"), "what answers (200) is not Postroom"),
        (Reply(401, raw=b"nginx"), "what answers (401) is not Postroom"),
        (Reply(302, headers={"Location": "https://login.example.com"}), "what answers (302) is not Postroom"),
        (Reply(500), "is in trouble: 500"),
    ],
)
def test_somebody_else_there_is_told_and_gets_no_key(
    api: PlayedApi, postroom: CommandLine, monkeypatch: pytest.MonkeyPatch, reply: Reply, what: str
) -> None:
    monkeypatch.setattr("tests.fakes.played_api.UNAUTHENTICATED", reply)

    level, found, _ = points(postroom)["The API"]

    assert (level, found) == ("wrong", what)
    assert not any("Authorization" in asked.headers for asked in api.asked)


def test_the_certificate_is_told_and_when_it_is_to_be_renewed(
    postroom: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = make_certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.trusted))
    with played_api(certificates.server_context()) as secured:
        postroom.environ["POSTROOM_API"] = secured.url
        in_time = points(postroom)["TLS"]
        postroom.now += timedelta(days=20)
        late = points(postroom)

    assert in_time[0] == "ok"
    assert in_time[1].startswith("TLSv1.3, certificate until ")
    assert late["TLS"][0] == "warning"
    assert late["Clock"][0] == "warning"


def test_a_key_that_is_not_valid_is_told(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/me", UNAUTHENTICATED)

    assert points(postroom)["The key"][:2] == ("wrong", "is not valid here")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (problem(404, "not_found", "There is nothing at this path."), "The API refused (404): There is nothing"),
        (Reply(500), "The API is in trouble: 500"),
        (problem(429, "too_many_requests", "Slower"), "The API asks for patience (429): Slower"),
    ],
)
def test_what_says_nothing_about_the_key_is_told_as_it_is(
    api: PlayedApi, postroom: CommandLine, reply: Reply, words: str
) -> None:
    api.on("GET /v1/me", reply)

    level, found, _ = points(postroom)["The key"]

    assert (level, found.startswith(words)) == ("wrong", True), found
    assert api.calls(TRY) == []


def test_a_platform_key_has_no_accounts_to_check(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/me", FORBIDDEN)
    api.on("GET /v1/platform/me", Reply(body=ME | {"tenant_id": None, "tenant_name": None, "role": "platform"}))
    api.on("GET /v1/accounts", FORBIDDEN)

    found = points(postroom, exit_code=0)

    assert found["The key"][1] == "is valid: platform"
    assert found["The configuration"][0] == "ok"
    assert len(found) == 6


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_who_is_no_admin_logs_in_nowhere(api: PlayedApi, postroom: CommandLine, role: str) -> None:
    api.on("GET /v1/me", Reply(body=ME | {"role": role, "tenant_name": None}))

    found = points(postroom, exit_code=0)

    assert found["The key"][1] == f"is valid: {role} of the tenant ten_acme"
    assert found["Accounts"][0] == "warning"
    assert api.calls(TRY) == []


def test_a_role_that_is_new_is_no_fault(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/me", Reply(body=ME | {"role": "auditor"}))

    assert points(postroom, exit_code=0)["The key"][1] == "is valid: auditor of the tenant ten_acme (Acme)"
    assert api.calls(TRY) == []


def test_an_account_that_does_not_pass_is_told_with_its_remedy(api: PlayedApi, postroom: CommandLine) -> None:
    steps = [{"name": "auth", "ok": False, "remedy": "Make an app password."}]
    api.on(TRY, listed(PASSED | {"success": False, "message": "Refused", "steps": steps}))

    assert points(postroom)["ann@example.com"] == ("wrong", "Refused", "Make an app password.")


def test_an_account_that_could_not_be_tested_now_is_no_fault(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(TRY, listed(PASSED | {"success": False, "tested": False, "message": "All its connections are in use"}))

    assert points(postroom, exit_code=0)["ann@example.com"][:2] == ("warning", "All its connections are in use")


def test_all_accounts_are_tested_page_by_page(api: PlayedApi, postroom: CommandLine) -> None:
    refused = PASSED | {"success": False, "message": "Refused", "account_id": "acc_2"}
    api.on("GET /v1/accounts", listed(ANN, BOB))
    api.on(TRY, listed(PASSED, next_cursor="more"), listed(refused))

    found = points(postroom)

    assert (found["ann@example.com"][0], found["bob@example.com"][:2]) == ("ok", ("wrong", "Refused"))
    assert [asked.query for asked in api.calls(TRY)] == [{}, {"cursor": "more"}]


@pytest.mark.parametrize("fault", [Reply(504), Reply(drops=True), problem(404, "not_found", "There is no such thing")])
def test_a_test_that_breaks_off_hides_no_other_point(api: PlayedApi, postroom: CommandLine, fault: Reply) -> None:
    eve = ANN | {"id": "acc_3", "email": "eve@example.com"}
    api.on("GET /v1/accounts", listed(ANN, BOB | {"remaining": 2}, eve))
    api.on(TRY, listed(PASSED, next_cursor="more"), fault)

    found = points(postroom)

    assert found["Accounts"][0] == "wrong"
    assert found["Accounts"][1].startswith("could not all be tested: ")
    assert found["The key"][0] == "ok"
    assert found["ann@example.com"][:2] == ("ok", "Ready to send")
    assert found["bob@example.com"][1].startswith("has 2 of 30 left")
    assert "eve@example.com" not in found


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({"status": "error", "last_error": {"message": "535 no"}}, "wrong", "is stopped: 535 no"),
        ({"status": "pending"}, "warning", "was never tested"),
        ({"status": "pending", "last_error": {"message": "535 no"}}, "warning", "has not passed a test: 535 no"),
        ({"status": "inactive"}, "ok", "is paused"),
        ({"rests_until": "2030-01-31T09:00:00Z", "last_error": {"message": "421"}}, "warning", "rests until 2030-"),
        ({"remaining": 2}, "warning", "has 2 of 30 left"),
        ({"pipelining": {"reason": "it hung up"}}, "warning", "is slower than it could be: it hung up"),
        ({"limits": {"daily": {"effective": 500}}}, "warning", "has 27 of 500 left"),
        ({"oauth2": {"connected": False}}, "warning", "its owner has not agreed"),
    ],
)
def test_what_an_account_lacks_is_told(
    api: PlayedApi, postroom: CommandLine, changes: dict[str, object], level: str, words: str
) -> None:
    api.on("GET /v1/accounts", listed(BOB | changes, ANN))

    result = postroom("config", "check", "--json")

    told = [one for one in json.loads(result.stdout)["points"] if one["subject"] == "bob@example.com"]
    assert any(one["level"] == level and one["found"].startswith(words) for one in told), told
    assert result.exit_code == (1 if level == "wrong" else 0)


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"status": "error"}, "Give it a new password: postroom accounts set bob@example.com --password"),
        (
            {"status": "error", "oauth2": {"connected": True, "expires_at": None}},
            "Its owner has to agree again: postroom accounts authorize bob@example.com",
        ),
        ({"status": "pending", "oauth2": {"connected": False}}, "postroom accounts authorize bob@example.com"),
        ({"status": "pending", "oauth2": {"connected": True}}, "postroom accounts test --account-id acc_2"),
    ],
)
def test_what_an_account_logs_in_with_is_mended_by_a_command_that_is_there(
    api: PlayedApi, postroom: CommandLine, changes: dict[str, object], remedy: str
) -> None:
    api.on("GET /v1/accounts", listed(BOB | changes, ANN))

    result = postroom("config", "check", "--json")

    told = [one for one in json.loads(result.stdout)["points"] if one["subject"] == "bob@example.com"]
    assert [one["remedy"] for one in told] == [remedy]
    command = remedy[remedy.index("postroom ") :].split()
    assert postroom(*command[1:3], "--help").exit_code == 0
    assert command[3] in {"bob@example.com", "--account-id"}


def test_the_end_of_an_access_token_is_no_fault_since_it_is_renewed(api: PlayedApi, postroom: CommandLine) -> None:
    ended = {"connected": True, "expires_at": "2020-01-31T09:00:00Z"}
    api.on("GET /v1/accounts", listed(ANN | {"oauth2": ended}))

    assert points(postroom, exit_code=0)["ann@example.com"] == ("ok", "Ready to send", "")


def test_without_an_active_account_nothing_can_be_sent(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/accounts", listed())

    assert points(postroom)["Accounts"][:2] == ("wrong", "none is active: nothing can be sent")


def test_accounts_may_be_left_out_and_warnings_counted(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/accounts", listed(ANN | {"remaining": 0}))

    assert "ann@example.com" not in points(postroom, "--no-accounts", exit_code=0)
    assert points(postroom, "--strict")["ann@example.com"][0] == "ok"


@pytest.mark.parametrize(("words", "exit_code"), [((), 0), (("--strict",), 1)])
def test_json_says_whether_all_is_well_as_the_exit_status_does(
    api: PlayedApi, postroom: CommandLine, words: tuple[str, ...], exit_code: int
) -> None:
    api.on("GET /v1/accounts", listed(ANN | {"remaining": 2}))

    result = postroom("config", "check", "--json", *words)

    assert result.exit_code == exit_code, result.output
    assert json.loads(result.stdout)["ok"] == (exit_code == 0)


CLOCK = POINT | {"level": "error", "subject": "the clock", "found": "is 10 s behind", "remedy": "Set it"}
STOPPED = POINT | {"check": "accounts_stopped", "level": "error", "subject": "ann@example.com", "found": "was stopped"}


def test_what_the_service_finds_wrong_is_told_with_its_remedy(api: PlayedApi, postroom: CommandLine) -> None:
    old = POINT | {"check": "keys_old", "level": "warning", "subject": "first key", "found": "is old", "remedy": "New"}
    well = POINT | {"check": "mails_https"}
    api.on(CHECK, Reply(body={"points": [CLOCK, old, well], "bounded": ["Of users the first 200 were looked at"]}))

    found = points(postroom)

    assert found["the clock"] == ("wrong", "is 10 s behind", "Set it")
    assert found["first key"] == ("warning", "is old", "New")
    told = json.loads(postroom("config", "check", "--json").stdout)["points"]
    assert [one["found"] for one in told if one["subject"] == "The configuration"] == [
        "1 of 3 checks find nothing",
        "Of users the first 200 were looked at",
    ]


def test_what_is_told_of_accounts_here_is_not_told_twice(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(CHECK, Reply(body={"points": [STOPPED, POINT]}))

    assert points(postroom, exit_code=0)["ann@example.com"] == ("ok", "Ready to send", "")
    assert points(postroom, "--no-accounts")["ann@example.com"][:2] == ("wrong", "was stopped")


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_the_service_is_asked_with_the_key_of_an_admin_alone(api: PlayedApi, postroom: CommandLine, role: str) -> None:
    api.on("GET /v1/me", Reply(body=ME | {"role": role}))

    postroom("config", "check")

    assert api.calls(CHECK) == []


@pytest.mark.parametrize(
    ("reply", "level", "words"),
    [
        (problem(404, "not_found", "There is nothing at this path."), "warning", "is not checked by this deployment"),
        (Reply(500), "wrong", "could not be checked: The API is in trouble: 500"),
    ],
)
def test_a_service_that_does_not_check_hides_no_other_point(
    api: PlayedApi, postroom: CommandLine, reply: Reply, level: str, words: str
) -> None:
    api.on(CHECK, reply)

    found = points(postroom, exit_code=1 if level == "wrong" else 0)

    assert (found["The configuration"][0], found["The configuration"][1].startswith(words)) == (level, True)
    assert found["ann@example.com"][0] == "ok"


def test_nothing_is_changed_by_checking(api: PlayedApi, postroom: CommandLine) -> None:
    postroom("config", "check")

    assert {asked.call for asked in api.asked if asked.method != "GET"} == {TRY}


@pytest.mark.parametrize(("name", "value"), [("POSTROOM_API", "api.example.com"), ("POSTROOM_KEY", "two words")])
def test_settings_that_are_wrong_are_shown_and_end_it_so(postroom: CommandLine, name: str, value: str) -> None:
    result = postroom("config", "show", "--json", **{name: value})

    assert (result.exit_code, json.loads(result.stdout)["ok"]) == (2, False)
    assert "1 of 2 settings are wrong" in result.stderr


def test_the_settings_are_shown_without_the_key(postroom: CommandLine) -> None:
    result = postroom("config", "show")

    assert result.exit_code == 0
    assert "key_01m7key of ten_acme" in result.stdout
