"""How the API is asked, whatever is asked: retries, refusals, and where the key never goes."""

import json
import socket
import time
from pathlib import Path

import pytest

from local.certificates import make_certificates
from tests.fakes.played_api import UNAUTHENTICATED, Asked, PlayedApi, Reply, listed, played_api, problem
from tests.integration.cli.conftest import KEY, CommandLine

ACCOUNTS = "GET /v1/accounts"
MESSAGES = "POST /v1/messages"
SEND = ("send", "--to", "ann@example.com", "--subject", "Hello", "--text", "Hello, Ann")
ACCEPTED = Reply(202, {"id": "msg_1", "status": "queued"})


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_passes_is_asked_again_as_late_as_the_api_says(api: PlayedApi, postroom: CommandLine, status: int) -> None:
    api.on(ACCOUNTS, Reply(status, headers={"Retry-After": "7"}), listed())

    result = postroom("accounts", "list")

    assert result.exit_code == 0
    assert postroom.slept == [7]
    assert f"answered {status}; trying again in 7.0 s" in result.stderr


def test_there_is_an_end_to_asking_again(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(ACCOUNTS, Reply(503, {"detail": "A service we depend on did not answer", "request_id": "r-1"}))

    result = postroom("accounts", "list")

    assert result.exit_code == 4
    assert len(api.asked) == 4
    assert sum(postroom.slept) < 6
    assert "503 A service we depend on did not answer (request r-1)" in result.stderr


def test_who_asks_for_more_patience_than_a_minute_is_not_waited_for(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(ACCOUNTS, Reply(429, {"message": "Too Many Requests"}, headers={"Retry-After": "66"}))

    result = postroom("accounts", "list")

    assert result.exit_code == 4
    assert postroom.slept == []
    assert "The API asks for patience (429): Too Many Requests\nTry again later." in result.stderr


def test_an_api_that_is_too_busy_has_not_refused(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(MESSAGES, problem(429, "too_many_requests", "Slower"))

    result = postroom(*SEND)

    assert (result.exit_code, len(api.asked)) == (4, 4)
    [key] = {asked.headers["Idempotency-Key"] for asked in api.asked}
    assert f"--idempotency-key {key}" in result.stderr


@pytest.mark.parametrize("first", [Reply(drops=True), Reply(503), problem(409, "request_in_progress", "still running")])
def test_a_message_is_sent_again_under_the_same_idempotency_key(
    api: PlayedApi, postroom: CommandLine, first: Reply
) -> None:
    api.on(MESSAGES, first, ACCEPTED)

    result = postroom(*SEND)

    assert result.exit_code == 0
    keys = [asked.headers["Idempotency-Key"] for asked in api.calls(MESSAGES)]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32


def test_each_message_has_an_idempotency_key_of_its_own(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(MESSAGES, ACCEPTED)

    postroom(*SEND)
    postroom(*SEND)
    postroom(*SEND, "--idempotency-key", "mine")

    keys = [asked.headers["Idempotency-Key"] for asked in api.calls(MESSAGES)]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


def test_a_message_of_which_nothing_is_known_can_be_sent_again_and_not_twice(
    api: PlayedApi, postroom: CommandLine
) -> None:
    api.on(MESSAGES, Reply(drops=True))

    result = postroom(*SEND)

    assert result.exit_code == 4
    [key] = {asked.headers["Idempotency-Key"] for asked in api.calls(MESSAGES)}
    assert f"--idempotency-key {key}" in result.stderr
    assert "It may have been carried out all the same." in result.stderr


def test_what_would_not_be_the_same_twice_is_not_repeated(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/accounts/acc_1", Reply(body={"id": "acc_1", "email": "a@example.com"}))
    api.on("POST /v1/accounts/acc_1/reset", Reply(drops=True))

    result = postroom("accounts", "reset", "--account-id", "acc_1")

    assert result.exit_code == 4
    assert len(api.calls("POST /v1/accounts/acc_1/reset")) == 1


def test_what_came_too_early_was_not_done_and_is_asked_again_whatever_it_is(
    api: PlayedApi, postroom: CommandLine
) -> None:
    api.on("GET /v1/accounts/acc_1", Reply(body={"id": "acc_1", "email": "a@example.com"}))
    api.on("POST /v1/accounts/acc_1/reset", problem(429, "too_many_requests", "Slower"), Reply(503))

    result = postroom("accounts", "reset", "--account-id", "acc_1")

    assert result.exit_code == 4
    assert len(api.calls("POST /v1/accounts/acc_1/reset")) == 2


def test_what_came_too_early_has_deleted_nothing(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("DELETE /v1/keys/key_1", problem(429, "too_many_requests", "Slower"), problem(404, "not_found", "None"))

    assert postroom("keys", "revoke", "key_1", "--yes").exit_code == 3


def test_what_a_lost_answer_had_deleted_already_is_deleted(api: PlayedApi, postroom: CommandLine) -> None:
    gone = problem(404, "not_found", "There is no such thing")
    api.on("DELETE /v1/keys/key_1", Reply(drops=True), gone)
    api.on("DELETE /v1/keys/key_2", Reply(503), gone)
    api.on("DELETE /v1/keys/key_3", gone)

    assert postroom("keys", "revoke", "key_1", "--yes").exit_code == 0
    assert postroom("keys", "revoke", "key_2", "--yes").exit_code == 0
    assert postroom("keys", "revoke", "key_3", "--yes").exit_code == 3


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_told_and_the_key_is_not_sent_there(api: PlayedApi, postroom: CommandLine, status: int) -> None:
    with played_api() as elsewhere:
        api.on(ACCOUNTS, Reply(status, headers={"Location": f"{elsewhere.url}/v1/accounts"}))

        result = postroom("accounts", "list")

        assert elsewhere.asked == []
    assert result.exit_code == 4
    assert "The API sends us elsewhere" in result.stderr


@pytest.mark.parametrize(
    "url",
    ["http://api.example.com", "http://10.0.0.1:8080", "http://127.0.0.1.example.com", "http://localhost.example"],
)
def test_nothing_is_asked_where_the_key_would_travel_in_clear(postroom: CommandLine, url: str) -> None:
    result = postroom("accounts", "list", "--api", url)

    assert result.exit_code == 2
    assert "The key would travel in clear" in result.stderr


def test_a_proxy_sees_nothing_of_what_is_not_encrypted(
    api: PlayedApi, postroom: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.on(ACCOUNTS, listed())
    with played_api() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)

        assert postroom("accounts", "list").exit_code == 0

        assert proxy.asked == []


def test_a_certificate_that_proves_nothing_ends_it_before_the_key_is_said(
    postroom: CommandLine, tmp_path: Path
) -> None:
    with played_api(make_certificates(tmp_path).server_context()) as stranger:
        stranger.on(ACCOUNTS, listed())

        result = postroom("accounts", "list", "--api", stranger.url)

        assert stranger.asked == []
    assert result.exit_code == 4
    assert postroom.slept == []
    assert "could not prove who it is" in result.stderr


def test_an_authority_of_your_own_is_trusted_when_it_is_named(
    postroom: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = make_certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.trusted))
    with played_api(certificates.server_context()) as api:
        api.on(ACCOUNTS, listed())

        assert postroom("accounts", "list", "--api", api.url).exit_code == 0

        assert [asked.headers["Authorization"] for asked in api.asked] == [f"Bearer {KEY}"]


def test_https_to_a_port_without_tls_is_told(api: PlayedApi, postroom: CommandLine) -> None:
    result = postroom("accounts", "list", "--api", api.url.replace("http://", "https://"))

    assert result.exit_code == 4
    assert "TLS with 127.0.0.1 failed" in result.stderr


def test_where_nothing_listens_is_told(postroom: CommandLine) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        result = postroom("accounts", "list", "--api", url)

    assert result.exit_code == 4
    assert f"Nothing listens at {url}" in result.stderr
    assert len(postroom.slept) == 3


def test_an_api_that_does_not_answer_is_not_waited_for(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(ACCOUNTS, Reply(seconds=0.4, body={}))
    postroom.seconds = 0.05

    result = postroom("accounts", "list")

    assert result.exit_code == 4
    assert "did not answer in time" in result.stderr


def test_an_answer_that_never_ends_is_not_waited_for(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(ACCOUNTS, Reply(raw=b" " * 1000, drip=0.02))
    postroom.seconds = 0.1

    started = time.monotonic()
    result = postroom("accounts", "list")

    assert result.exit_code == 4
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("raw", [b"<html>Welcome to the hotel</html>", b"", b"[1, 2]", b"{", b"[" * 100_000])
def test_what_is_not_postroom_is_told(api: PlayedApi, postroom: CommandLine, raw: bytes) -> None:
    api.on(ACCOUNTS, Reply(raw=raw))

    result = postroom("accounts", "list")

    assert result.exit_code == 4
    assert "is not Postroom" in result.stderr


@pytest.mark.parametrize("body", [{}, {"id": None}, {"status": "queued"}])
@pytest.mark.parametrize("words", [SEND, ("accounts", "add", "ann@example.com", "--no-password")])
def test_what_has_no_id_is_not_taken_for_made(
    api: PlayedApi, postroom: CommandLine, words: tuple[str, ...], body: object
) -> None:
    for call in (MESSAGES, "POST /v1/accounts"):
        api.on(call, Reply(body=body))

    result = postroom(*words)

    assert (result.exit_code, result.stdout) == (4, "")
    assert "is not Postroom" in result.stderr


def test_every_wrong_field_is_told(api: PlayedApi, postroom: CommandLine) -> None:
    errors = [{"field": "to.0", "message": "must have an @-sign"}, {"field": "priority", "message": "is no priority"}]
    api.on(MESSAGES, problem(422, "invalid_request", "Some fields are not valid", errors))

    result = postroom(*SEND)

    assert result.exit_code == 3
    assert result.stdout == ""
    assert "(422): Some fields are not valid\n  to.0: must have an @-sign\n  priority: is no priority" in result.stderr


def test_a_refusal_that_is_no_problem_document_is_told_in_its_words(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(ACCOUNTS, Reply(403, raw=b"<h1>Request\x1b[2J blocked</h1>"))

    result = postroom("accounts", "list")

    assert result.exit_code == 3
    assert "(403): <h1>Request\\x1b[2J blocked</h1>" in result.stderr


def test_a_path_at_which_there_is_nothing_is_told_in_the_words_of_the_api(
    api: PlayedApi, postroom: CommandLine
) -> None:
    result = postroom("capacity")

    assert [asked.call for asked in api.asked] == ["GET /v1/capacity"]
    assert (result.exit_code, result.stderr) == (3, "The API refused (404): There is nothing at this path.\n")


def test_all_pages_are_read(api: PlayedApi, postroom: CommandLine) -> None:
    def page(asked: Asked) -> Reply:
        number = int(asked.query.get("cursor", "0"))
        following = str(number + 1) if number < 4 else None
        return listed({"id": f"acc_{number}", "email": f"{number}@example.com"}, next_cursor=following)

    api.on(ACCOUNTS, page)

    result = postroom("accounts", "list", "--json")

    assert [one["id"] for one in json.loads(result.stdout)["items"]] == [f"acc_{number}" for number in range(5)]


def test_a_list_that_leads_nowhere_has_an_end(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(ACCOUNTS, listed(next_cursor="again"))

    assert postroom("accounts", "list").exit_code == 0
    assert len(api.asked) == 2


def test_with_json_nothing_but_the_document_is_on_standard_output(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(ACCOUNTS, Reply(503), listed({"id": "acc_1", "unknown": {"new": [1, None]}}))

    result = postroom("accounts", "list", "--json")

    assert json.loads(result.stdout) == {"items": [{"id": "acc_1", "unknown": {"new": [1, None]}}]}
    assert "trying again" in result.stderr


def test_an_error_leaves_standard_output_empty(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(ACCOUNTS, UNAUTHENTICATED)

    result = postroom("accounts", "list", "--json")

    assert (result.exit_code, result.stdout) == (3, "")


def test_the_key_may_be_in_a_file(api: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    api.on(ACCOUNTS, listed())
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    del postroom.environ["POSTROOM_KEY"]

    assert postroom("accounts", "list", "--key-file", str(file)).exit_code == 0
    assert postroom("accounts", "list", POSTROOM_KEY_FILE=str(file)).exit_code == 0

    assert {asked.headers["Authorization"] for asked in api.asked} == {f"Bearer {KEY}"}


def test_quiet_says_nothing_when_all_is_well(api: PlayedApi, postroom: CommandLine) -> None:
    api.on(ACCOUNTS, Reply(503), listed())

    assert postroom("accounts", "list", "--quiet").output == ""
