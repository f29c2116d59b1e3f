import json
import os
from pathlib import Path

import pytest

from postroom.accounts.model import AccountStatus
from tests.fakes.played_api import Asked, PlayedApi, Reply, listed, problem
from tests.integration.cli.conftest import CommandLine

ANN = {
    "id": "acc_1",
    "email": "ann@example.com",
    "status": "active",
    "emails_sent": 3,
    "remaining": 27,
    "daily_limit": 30,
    "resets_at": "2030-01-31T00:00:00Z",
}
BOB = ANN | {
    "id": "acc_2",
    "email": "bob@example.com",
    "status": "error",
    "last_error": {"at": "2030-01-30T00:00:00Z", "kind": "auth", "message": "535 5.7.8 no"},
}
PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def accounts(api: PlayedApi) -> None:
    api.on("GET /v1/accounts", listed(ANN, BOB))
    for account in (ANN, BOB):
        api.on(f"GET /v1/accounts/{account['id']}", Reply(body=account))


def report(account: dict[str, object], **found: object) -> dict[str, object]:
    return {"account_id": account["id"], "account_email": account["email"], "tested": True, "steps": []} | found


def passed(account: dict[str, object]) -> dict[str, object]:
    return report(account, success=True, message="Ready to send")


def busy(account: dict[str, object]) -> dict[str, object]:
    return report(account, success=False, tested=False, message="Not tested: somebody else is logging in")


def refused(account: dict[str, object]) -> dict[str, object]:
    steps = [
        {"name": "tls", "ok": True, "detail": "TLSv1.3"},
        {
            "name": "auth",
            "ok": False,
            "detail": "535 5.7.8 Username and Password not accepted",
            "cause": "The password is not the one that its provider knows.",
            "remedy": "Make an app password.",
        },
        {"name": "mail_from", "ok": None, "detail": "was not tried"},
    ]
    return report(account, success=False, message="The server refused the password", steps=steps)


def test_accounts_are_listed_with_what_they_have_left_and_why_they_do_not_send(postroom: CommandLine) -> None:
    result = postroom("accounts", "list")

    _, ann, bob = result.stdout.splitlines()
    assert ann.split()[:6] == ["acc_1", "ann@example.com", "active", "3", "27", "30"]
    assert bob.rstrip().endswith("535 5.7.8 no")


def test_accounts_are_listed_by_status(postroom: CommandLine) -> None:
    result = postroom("accounts", "list", "--status", "error", "--json")

    assert [one["id"] for one in json.loads(result.stdout)["items"]] == ["acc_2"]


def test_a_status_that_there_is_not_is_a_mistake_and_no_empty_list(api: PlayedApi, postroom: CommandLine) -> None:
    result = postroom("accounts", "list", "--status", "eror")

    assert (result.exit_code, result.stdout, api.asked) == (2, "", [])
    assert "--status eror: must be active, inactive, pending or error" in result.stderr


@pytest.mark.parametrize("status", AccountStatus)
def test_every_status_of_an_account_can_be_asked_for(postroom: CommandLine, status: AccountStatus) -> None:
    assert postroom("accounts", "list", "--status", status).exit_code == 0


def test_a_narrow_terminal_gets_a_line_for_each_property(postroom: CommandLine) -> None:
    result = postroom("accounts", "list", COLUMNS="40")

    assert "email   ann@example.com\n" in "\n".join(line.rstrip() for line in result.stdout.splitlines())
    assert all(len(line) <= 40 for line in result.stdout.splitlines())


def test_an_account_is_found_by_its_address_in_any_case(postroom: CommandLine) -> None:
    result = postroom("accounts", "show", "Ann@Example.com", "--json")

    assert json.loads(result.stdout) == ANN


def test_an_address_that_no_account_has_or_two_have_is_told(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/accounts", listed(ANN, ANN | {"id": "acc_3"}))

    none = postroom("accounts", "show", "eve@example.com")
    two = postroom("accounts", "pause", "ann@example.com")

    assert (none.exit_code, two.exit_code) == (1, 1)
    assert "No account has the address eve@example.com" in none.stderr
    assert "acc_1, acc_3" in two.stderr


@pytest.mark.parametrize("account", ["", "..", " "])
def test_what_would_lead_to_another_path_is_no_id(api: PlayedApi, postroom: CommandLine, account: str) -> None:
    assert postroom("accounts", "show", account).exit_code == 2
    assert api.asked == []


def test_an_id_is_one_part_of_a_path(api: PlayedApi, postroom: CommandLine) -> None:
    postroom("accounts", "show", "acc_1/../../keys?x=1#y")

    assert [asked.path for asked in api.asked] == ["/v1/accounts/acc_1%2F..%2F..%2Fkeys%3Fx%3D1%23y"]


def test_what_is_from_outside_does_not_steer_the_terminal(api: PlayedApi, postroom: CommandLine) -> None:
    nasty = "[red]x[/red] \x1b[31m\x9b2J\u202egnp.exe :smile:"
    api.on("GET /v1/accounts", listed(ANN | {"email": nasty}))

    result = postroom("accounts", "list")

    assert "[red]x[/red] \\x1b[31m\\x9b2J\\u202egnp.exe :smile:" in result.stdout
    assert "\x1b" not in postroom("accounts", "list", FORCE_COLOR="1", NO_COLOR="1").stdout.replace(
        "\x1b[1m", ""
    ).replace("\x1b[0m", "")


def test_the_password_is_read_from_the_input_and_shown_nowhere(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/accounts", Reply(201, ANN | {"status": "pending", "smtp_password": "********"}))

    result = postroom(
        *("accounts", "add", "ann@example.com", "--type", "gmail", "--daily-limit", "300", "--tls", "ssl"),
        "--password-stdin",
        given=f"{PASSWORD}\nnot this\n",
    )

    assert result.exit_code == 0
    assert PASSWORD not in result.output
    [asked] = api.calls("POST /v1/accounts")
    assert asked.body == {
        "email": "ann@example.com",
        "connection_type": "gmail",
        "smtp_username": "ann@example.com",
        "smtp_password": PASSWORD,
        "daily_limit": 300,
        "smtp_use_tls": False,
        "smtp_use_ssl": True,
    }
    assert "Idempotency-Key" in asked.headers
    assert "postroom accounts test --account-id acc_1" in result.stderr


def test_an_account_with_oauth2_has_no_password_but_an_owner_who_agrees(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/accounts", Reply(201, ANN | {"status": "pending", "oauth2": {"connected": False}}))

    result = postroom("accounts", "add", "ann@example.com", "--type", "outlook", "--oauth2")

    assert "postroom accounts authorize acc_1" in result.stderr
    body = {"email": "ann@example.com", "connection_type": "outlook", "smtp_username": "ann@example.com"}
    assert api.calls("POST /v1/accounts")[0].body == body | {"credential": "oauth2"}


def test_the_password_may_be_in_a_file(api: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    api.on("PUT /v1/accounts/acc_1", Reply(body=ANN))
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\r\n")

    result = postroom("accounts", "set", "acc_1", "--password-file", str(file))

    assert result.exit_code == 0
    assert [asked.body for asked in api.calls("PUT /v1/accounts/acc_1")] == [{"smtp_password": PASSWORD}]


@pytest.mark.parametrize(("content", "why"), [(None, os.strerror(2)), (b"\xff", "it is not text in UTF-8")])
def test_why_a_file_with_a_password_cannot_be_read_is_told(
    api: PlayedApi, postroom: CommandLine, tmp_path: Path, content: bytes | None, why: str
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)

    result = postroom("accounts", "set", "acc_1", "--password-file", str(file))

    assert result.exit_code == 2
    assert " ".join(result.stderr.split()) == f"The password file {file} cannot be read: {why}"
    assert api.asked == []


@pytest.mark.parametrize("given", [b"Gr\xfc\xdfe\n", b"x" * 20_000])
def test_an_input_that_is_no_password_is_not_sent(api: PlayedApi, postroom: CommandLine, given: bytes) -> None:
    result = postroom("accounts", "add", "ann@example.com", "--password-stdin", given=given)

    assert result.exit_code == 2
    assert "The input " in result.stderr
    assert api.asked == []


def test_where_nobody_can_be_asked_a_password_has_to_be_given(api: PlayedApi, postroom: CommandLine) -> None:
    missing = postroom("accounts", "add", "ann@example.com")
    empty = postroom("accounts", "add", "ann@example.com", "--password-stdin", given="\n")

    assert (missing.exit_code, empty.exit_code) == (2, 2)
    assert "--password-stdin" in missing.stderr
    assert api.asked == []


def test_no_option_takes_a_secret_as_its_value(postroom: CommandLine) -> None:
    for words in (("accounts", "add"), ("accounts", "set")):
        assert postroom(*words, "ann@example.com", "--password", "secret").exit_code == 2
        assert postroom(*words, "ann@example.com", "--smtp-password", "secret").exit_code == 2
    assert postroom("accounts", "list", "--key", "secret").exit_code == 2


def test_nothing_to_change_is_a_mistake(postroom: CommandLine) -> None:
    assert postroom("accounts", "set", "acc_1").exit_code == 2


def test_a_way_of_encrypting_that_there_is_not_is_a_mistake(postroom: CommandLine) -> None:
    result = postroom("accounts", "set", "acc_1", "--tls", "yes")

    assert result.exit_code == 2
    assert "starttls, ssl or none" in result.stderr


@pytest.mark.parametrize("step", ["pause", "resume"])
def test_an_account_is_switched(api: PlayedApi, postroom: CommandLine, step: str) -> None:
    api.on(f"POST /v1/accounts/acc_1/{step}", Reply(drops=True), Reply(body=ANN | {"status": "switched"}))

    result = postroom("accounts", step, "ann@example.com")

    assert result.stdout == "acc_1 ann@example.com is switched\n"


def test_deleting_has_to_be_meant(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("DELETE /v1/accounts/acc_1", Reply(204))

    unasked = postroom("accounts", "delete", "acc_1")
    meant = postroom("accounts", "delete", "acc_1", "--yes", "--force")

    assert (unasked.exit_code, meant.exit_code) == (2, 0)
    assert [asked.query for asked in api.calls("DELETE /v1/accounts/acc_1")] == [{"force": "true"}]


def test_all_active_accounts_are_tested_page_by_page(api: PlayedApi, postroom: CommandLine) -> None:
    def page(asked: Asked) -> Reply:
        return listed(refused(BOB)) if "cursor" in asked.query else listed(passed(ANN), next_cursor="more")

    api.on("POST /v1/accounts/test-connections", page)

    result = postroom("accounts", "test")

    assert result.exit_code == 1
    assert "535 5.7.8 Username and Password not accepted" in result.stdout
    assert "was not tried" not in result.stdout
    assert "    The password is not the one that its provider knows.\n    Make an app password." in result.stdout
    assert "Not tested, since it is error: bob@example.com" in result.stderr
    assert "1 of 2 did not pass" in result.stderr


@pytest.mark.parametrize("in_time", [1, 10])
def test_every_account_is_tested_once_however_few_there_is_time_for(
    api: PlayedApi, postroom: CommandLine, in_time: int
) -> None:
    accounts = [ANN | {"id": f"acc_{number}", "email": f"{number}@example.com"} for number in range(25)]

    def page(asked: Asked) -> Reply:
        begin = int(asked.query.get("cursor", "0"))
        following = str(begin + in_time) if begin + in_time < len(accounts) else None
        return listed(*map(passed, accounts[begin : begin + in_time]), next_cursor=following)

    api.on("GET /v1/accounts", listed(*accounts))
    api.on("POST /v1/accounts/test-connections", page)

    result = postroom("accounts", "test", "--json")

    assert [one["account_id"] for one in json.loads(result.stdout)["items"]] == [one["id"] for one in accounts]
    assert {asked.path for asked in api.asked if asked.method == "POST"} == {"/v1/accounts/test-connections"}


def test_what_was_found_before_the_api_failed_is_told(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/accounts/test-connections", listed(passed(ANN), next_cursor="more"), Reply(504))

    result = postroom("accounts", "test", "--send-to", "you@example.com")

    assert result.exit_code == 4
    assert "ok  ann@example.com  Ready to send" in result.stdout
    assert "in trouble: 504" in result.stderr
    assert api.calls("POST /v1/accounts/acc_1/test-email") == []


def test_an_account_that_others_log_in_to_is_told_and_left_alone(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/accounts/test-connections", listed(busy(ANN)))

    result = postroom("accounts", "test")

    assert result.exit_code == 1
    assert "untested  ann@example.com  Not tested: somebody else is logging in" in result.stdout
    assert len([asked for asked in api.asked if asked.method == "POST"]) == 1


def test_quiet_tests_tell_only_what_failed(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/accounts", listed(ANN, BOB | {"status": "active"}))
    api.on("POST /v1/accounts/test-connections", listed(passed(ANN)), listed(passed(ANN), refused(BOB)))

    well = postroom("accounts", "test", "--quiet")
    ill = postroom("accounts", "test", "--quiet")

    assert (well.exit_code, well.output) == (0, "")
    assert ill.exit_code == 1
    assert "ann@example.com" not in ill.output
    assert "bob@example.com" in ill.stdout


@pytest.mark.parametrize("tested", [(), (passed(ANN),)])
def test_an_account_that_was_stopped_is_wrong_and_told_to_cron(
    api: PlayedApi, postroom: CommandLine, tested: tuple[object, ...]
) -> None:
    api.on("POST /v1/accounts/test-connections", listed(*tested))

    result = postroom("accounts", "test", "--quiet")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "Not tested, since it is error: bob@example.com (--account-id acc_2)\n535 5.7.8 no\n" in result.stderr
    assert f"0 of {len(tested)} did not pass, 1 stopped and not tested" in result.stderr


def test_an_account_that_was_not_tested_yet_is_no_fault(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/accounts", listed(ANN, BOB | {"status": "pending"}))
    api.on("POST /v1/accounts/test-connections", listed(passed(ANN)))

    assert "since it is pending: bob@example.com" in postroom("accounts", "test").stderr
    quiet = postroom("accounts", "test", "--quiet")
    assert (quiet.exit_code, quiet.output) == (0, "")


@pytest.mark.parametrize("lost", [Reply(drops=True), Reply(504), Reply(503)])
@pytest.mark.parametrize("words", [("test",), ("test", "--account-id", "acc_1")])
def test_a_mailbox_is_not_logged_in_to_again_when_nobody_knows_what_came_of_it(
    api: PlayedApi, postroom: CommandLine, lost: Reply, words: tuple[str, ...]
) -> None:
    api.on("POST /v1/accounts/test-connections", lost)
    api.on("POST /v1/accounts/acc_1/test-connection", lost)

    result = postroom("accounts", *words)

    assert result.exit_code == 4
    assert len([asked for asked in api.asked if asked.method == "POST"]) == 1


def test_one_account_is_tested_by_its_address_and_the_outcome_is_json(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/accounts/acc_1/test-connection", Reply(body=passed(ANN)))

    result = postroom("accounts", "test", "--email", "ann@example.com", "--json")

    assert json.loads(result.stdout) == {"items": [passed(ANN)]}


@pytest.mark.parametrize(("end", "exit_code"), [("sent", 0), ("failed", 1), ("deferred", 1)])
def test_a_test_mail_is_followed(api: PlayedApi, postroom: CommandLine, end: str, exit_code: int) -> None:
    api.on("POST /v1/accounts/acc_1/test-connection", Reply(body=passed(ANN)))
    api.on("POST /v1/accounts/acc_1/test-email", Reply(202, {"id": "msg_1", "status": "queued"}))
    message = {"id": "msg_1", "status": end, "reason": "refused", "detail": "550 no"}
    api.on("GET /v1/messages/msg_1", Reply(body=message | {"status": "queued"}), Reply(body=message))

    result = postroom("accounts", "test", "--account-id", "acc_1", "--send-to", "you@example.com")

    assert result.exit_code == exit_code
    assert api.calls("POST /v1/accounts/acc_1/test-email")[0].body == {"recipient_email": "you@example.com"}
    assert ("a mail to you@example.com was sent" in result.stdout) == (end == "sent")


def test_no_mail_goes_by_an_account_that_did_not_pass(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/accounts/acc_2/test-connection", Reply(body=refused(BOB)))

    assert postroom("accounts", "test", "--account-id", "acc_2", "--send-to", "you@example.com").exit_code == 1
    assert api.calls("POST /v1/accounts/acc_2/test-email") == []


def test_every_counter_is_reset_also_when_one_is_refused(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/accounts/acc_1/reset", problem(404, "not_found", "There is no such thing"))
    api.on("POST /v1/accounts/acc_2/reset", Reply(body=BOB | {"emails_sent": 0, "remaining": 30}))

    result = postroom("accounts", "reset", "--all")

    assert result.exit_code == 1
    assert "ann@example.com: The API refused (404)" in result.stderr
    assert result.stdout.splitlines()[1].split() == ["acc_2", "bob@example.com", "0", "30"]


@pytest.mark.parametrize(
    "words", [(), ("--all", "--email", "ann@example.com"), ("--account-id", "a", "--email", "b@c")]
)
def test_what_is_to_be_reset_has_to_be_said(api: PlayedApi, postroom: CommandLine, words: tuple[str, ...]) -> None:
    assert postroom("accounts", "reset", *words).exit_code == 2
    assert api.asked == []


def test_usage_is_shown_by_day(api: PlayedApi, postroom: CommandLine) -> None:
    days = [
        {"day": "2030-01-31", "used": 12, "sent": 3, "failed": 1, "deferred": {"rate": 4, "busy": 1}},
        {"day": "2030-01-30", "used": 0, "sent": 0, "failed": 0, "deferred": {}},
    ]
    api.on("GET /v1/accounts/acc_1/usage", Reply(body={"items": days, "logins": 2, "open_connections": 1}))

    result = postroom("accounts", "usage", "acc_1", "--days", "2")

    assert [line.split() for line in result.stdout.splitlines()] == [
        ["day", "used", "sent", "failed", "deferred"],
        ["2030-01-31", "12", "3", "1", "5"],
        ["2030-01-30", "0", "0", "0", "0"],
    ]
    assert api.calls("GET /v1/accounts/acc_1/usage")[0].query == {"days": "2"}


def test_presets_are_listed(api: PlayedApi, postroom: CommandLine) -> None:
    preset = {"connection_type": "gmail", "hosts": ["smtp.gmail.com"], "ports": [{"port": 587, "tls": "starttls"}]}
    limits = {"limits": {"daily": {"count": 500, "counted": "recipients", "window": "rolling_24h"}}, "advice": ["Hm."]}
    api.on("GET /v1/accounts/presets", Reply(body={"items": [preset | limits]}))

    assert (
        "gmail  smtp.gmail.com  587 starttls  500 recipients rolling_24h  Hm." in postroom("accounts", "presets").stdout
    )


def test_the_address_of_consent_is_printed_alone(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(
        "POST /v1/accounts/acc_1/oauth2/authorize",
        Reply(body={"authorization_url": "https://login.example.com/?state=1"}),
    )

    assert postroom("accounts", "authorize", "acc_1").stdout == "https://login.example.com/?state=1\n"
