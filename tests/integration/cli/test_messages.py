import base64
import json
from pathlib import Path

import pytest

from tests.fakes.played_api import Asked, PlayedApi, Reply, listed, problem
from tests.integration.cli.conftest import CommandLine

ACCEPTED = Reply(202, {"id": "msg_1", "status": "queued"})
SEND = ("send", "--to", "ann@example.com", "--subject", "Hello")


def message(number: int, status: str = "sent", **changes: object) -> dict[str, object]:
    found: dict[str, object] = {
        "id": f"msg_{number:03}",
        "status": status,
        "subject": f"Mail {number}",
        "recipients": [{"address": "ann@example.com", "status": "sent"}],
        "created_at": "2030-01-31T09:00:00Z",
        "attempts": [],
    }
    return found | changes


def plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_a_message_is_sent_with_all_that_was_given(api: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    api.on("POST /v1/messages", ACCEPTED)
    api.on("GET /v1/accounts", listed({"id": "acc_1", "email": "me@example.com"}))
    api.on("GET /v1/pools", listed({"id": "pool_1", "name": "News"}))
    html, report = tmp_path / "mail.html", tmp_path / "report.pdf"
    html.write_text("<p>Grüße</p>")
    report.write_bytes(b"%PDF\0")

    result = postroom(
        *(*SEND, "--to", "Bob <bob@example.com>", "--cc", "c@example.com", "--bcc", "b@example.com"),
        *("--reply-to", "r@example.com", "--text", "Hi", "--html-file", str(html), "--attach", str(report)),
        *("--priority", "high", "--account", "me@example.com", "--pool", "News", "--strategy", "sticky"),
        *("--send-at", "2030-01-31T09:00:00Z", "--expires-at", "2030-02-01T09:00:00Z", "--on-uncertain", "hold"),
        *("--header", "X-Topic: a:b", "--metadata", "order=17=a"),
    )

    assert (result.exit_code, result.stdout) == (0, "msg_1 queued\n")
    assert api.calls("POST /v1/messages")[0].body == {
        "subject": "Hello",
        "to": ["ann@example.com", "Bob <bob@example.com>"],
        "cc": ["c@example.com"],
        "bcc": ["b@example.com"],
        "reply_to": ["r@example.com"],
        "text": "Hi",
        "html": "<p>Grüße</p>",
        "attachments": [
            {
                "filename": "report.pdf",
                "content_type": "application/pdf",
                "content": base64.b64encode(b"%PDF\0").decode(),
            }
        ],
        "priority": "high",
        "account_id": "acc_1",
        "pool_id": "pool_1",
        "strategy": "sticky",
        "send_at": "2030-01-31T09:00:00Z",
        "expires_at": "2030-02-01T09:00:00Z",
        "headers": {"X-Topic": "a:b"},
        "metadata": {"order": "17=a"},
        "on_uncertain": "hold",
    }


def test_without_any_content_the_input_is_the_text(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/messages", ACCEPTED)

    postroom(*SEND, given="load average: 0.1\n")
    postroom(*SEND, "--html-file", "-", given="<p>1</p>")

    first, second = api.calls("POST /v1/messages")
    assert first.body["text"] == "load average: 0.1\n"
    assert second.body["html"] == "<p>1</p>"
    assert "text" not in second.body


@pytest.mark.parametrize("given", ["", " \n"])
def test_an_empty_input_is_not_sent_unless_something_goes_with_it_or_it_is_meant(
    api: PlayedApi, postroom: CommandLine, tmp_path: Path, given: str
) -> None:
    api.on("POST /v1/messages", ACCEPTED)
    report = tmp_path / "report.pdf"
    report.write_bytes(b"%PDF")

    unmeant = postroom(*SEND, given=given)

    assert (unmeant.exit_code, api.asked) == (2, [])
    assert "There is nothing to send: the input is empty" in unmeant.stderr
    assert postroom(*SEND, "--attach", str(report), given=given).exit_code == 0
    assert postroom(*SEND, "--text", "", given=given).exit_code == 0
    assert postroom(*SEND, "--text-file", "-", given=given).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("send", "--subject", "Hello", "--text", "Nobody gets it"),
        ("send", "--to", "ann@example.com", "--text", "No subject"),
        (*SEND, "--text", "a", "--text-file", "-"),
        (*SEND, "--text-file", "-", "--html-file", "-"),
        (*SEND, "--text-file", "/there/is/none"),
        (*SEND, "--text", "a", "--attach", "/there/is/none"),
        (*SEND, "--text", "a", "--header", "no colon"),
        (*SEND, "--text", "a", "--metadata", "=value"),
    ],
)
def test_what_cannot_be_meant_is_not_sent(api: PlayedApi, postroom: CommandLine, words: tuple[str, ...]) -> None:
    assert postroom(*words, given="").exit_code == 2
    assert api.asked == []


def test_a_file_that_no_request_can_hold_is_not_read(api: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(6_000_000)

    result = postroom(*SEND, "--text", "a", "--attach", str(large))

    assert result.exit_code == 2
    assert "too large" in result.stderr
    assert api.asked == []


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no file without an end here")
@pytest.mark.parametrize(
    "words", [("--text", "a", "--attach", "/dev/zero"), ("--text-file", "/dev/zero"), ("--html-file", "/dev/zero")]
)
def test_of_a_file_without_an_end_no_more_is_read_than_a_request_can_hold(
    api: PlayedApi, postroom: CommandLine, words: tuple[str, ...]
) -> None:
    result = postroom(*SEND, *words)

    assert result.exit_code == 2
    assert "/dev/zero is too large" in result.stderr
    assert api.asked == []


def test_files_are_too_large_together(api: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    api.on("POST /v1/messages", ACCEPTED)
    half = tmp_path / "half"
    half.write_bytes(bytes(2_100_000))

    assert postroom(*SEND, "--text", "a", "--attach", str(half)).exit_code == 0
    assert postroom(*SEND, "--text", "a", "--attach", str(half), "--attach", str(half)).exit_code == 2


def test_an_input_that_is_no_text_is_not_sent(api: PlayedApi, postroom: CommandLine) -> None:
    for words in ((), ("--html-file", "-")):
        result = postroom(*SEND, *words, given=b"Gr\xfc\xdfe")

        assert (result.exit_code, result.stderr) == (2, "The input cannot be read: it is not text in UTF-8\n")
    assert api.asked == []


@pytest.mark.parametrize(
    ("end", "reason", "exit_code"),
    [
        ("sent", None, 0),
        ("delivered", None, 0),
        ("failed", "refused", 1),
        ("cancelled", None, 1),
        ("suppressed", None, 1),
        ("uncertain", "held", 1),
    ],
)
def test_a_message_is_followed_to_its_end(
    api: PlayedApi, postroom: CommandLine, end: str, reason: str | None, exit_code: int
) -> None:
    api.on("POST /v1/messages", ACCEPTED)
    waiting = [message(1, status) for status in ("queued", "sending", "deferred", "uncertain")]
    api.on("GET /v1/messages/msg_1", *(Reply(body=one) for one in [*waiting, message(1, end, reason=reason)]))

    result = postroom(*SEND, "--text", "a", "--wait", "--json")

    assert result.exit_code == exit_code
    assert json.loads(result.stdout)["status"] == end
    assert len(api.calls("GET /v1/messages/msg_1")) == 5


def test_a_message_that_takes_too_long_is_left_and_why_it_waits_is_told(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/messages", ACCEPTED)
    waits = message(1, "deferred", reason="quota", detail="No account has anything left")
    api.on("GET /v1/messages/msg_1", Reply(body=waits))

    result = postroom(*SEND, "--text", "a", "--wait", "--timeout", "20", "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout) == waits
    assert 20 <= sum(postroom.slept) < 26
    assert "is not sent yet: deferred, quota: No account has anything left" in result.stderr


def test_messages_are_listed_by_what_was_asked_for(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/messages", listed(message(2), message(1)))

    words = ("--status", "sent", "--recipient", "a@b.example", "--account", "acc_1", "--from", "2030-01-01", "--to")
    result = postroom("messages", "list", *words, "2030-02-01", "--limit", "7")

    assert [line.split()[0] for line in result.stdout.splitlines()] == ["id", "msg_002", "msg_001"]
    assert api.asked[0].query == {
        "limit": "7",
        "status": "sent",
        "recipient": "a@b.example",
        "account": "acc_1",
        "from": "2030-01-01",
        "to": "2030-02-01",
    }


def test_a_long_list_is_read_in_pages_and_says_that_there_is_more(api: PlayedApi, postroom: CommandLine) -> None:
    def page(asked: Asked) -> Reply:
        begin, count = int(asked.query.get("cursor", "0")), int(asked.query["limit"])
        return listed(*(message(begin + n) for n in range(count)), next_cursor=str(begin + count))

    api.on("GET /v1/messages", page)

    result = postroom("messages", "list", "--limit", "250", "--json")

    assert len(json.loads(result.stdout)["items"]) == 250
    assert json.loads(result.stdout)["next_cursor"] == "250"
    assert [asked.query["limit"] for asked in api.asked] == ["100", "100", "50"]
    assert "There are more" in result.stderr


def test_a_message_is_shown_with_its_attempts(api: PlayedApi, postroom: CommandLine) -> None:
    attempt = {"at": "2030-01-31T09:00:00Z", "outcome": "deferred", "phase": "rcpt", "reply": "451 [red]later[/red]"}
    api.on("GET /v1/messages/msg_1", Reply(body=message(1, attempts=[attempt | {"transcript": ["> RCPT", "< 451"]}])))

    result = postroom("messages", "show", "msg_1")

    assert "  451 [red]later[/red]\n    > RCPT\n    < 451\n" in result.stdout
    assert "recipients\naddress          status\nann@example.com  sent" in plain(result.stdout)


def test_a_message_that_waits_is_explained(api: PlayedApi, postroom: CommandLine) -> None:
    candidates = [{"email": "a@example.com", "can_send": False, "because": "It has reached its limit"}]
    answer = {"summary": "No account is free", "position": {"ahead": 3, "at_least": True}, "candidates": candidates}
    api.on("GET /v1/messages/msg_1/explain", Reply(body=answer))

    result = postroom("messages", "explain", "msg_1")

    assert (
        plain(result.stdout)
        == """\
summary            No account is free
position.ahead     3
position.at_least  yes

candidates
email          can_send  because
a@example.com  no        It has reached its limit"""
    )


def test_a_message_is_taken_back_or_sent_again(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/messages/msg_1/cancel", Reply(body=message(1, "cancelled")))
    api.on("POST /v1/messages/msg_1/resend", problem(409, "conflict", "It is not uncertain"))

    assert postroom("messages", "cancel", "msg_1").stdout == "msg_001 cancelled\n"
    assert postroom("messages", "resend", "msg_1").exit_code == 3


def test_the_tail_shows_the_latest_oldest_first(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/messages", listed(message(3), message(2), next_cursor="more"))

    result = postroom("messages", "tail", "--limit", "2", "--json")

    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["msg_002", "msg_003"]


class Looks:
    """What each look at the list finds; after the last one somebody presses Ctrl-C."""

    def __init__(self, *lists: list[dict[str, object]]) -> None:
        self._lists = iter(lists)

    def __call__(self, asked: Asked) -> Reply:
        found = next(self._lists)
        limit = int(asked.query["limit"])
        return listed(*found[:limit])


@pytest.fixture
def ends_after(postroom: CommandLine, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of looks after which Ctrl-C is pressed."""
    looks = [1]

    def sleep(seconds: float) -> None:
        if looks[0] == 0:
            raise KeyboardInterrupt
        looks[0] -= 1

    monkeypatch.setattr(postroom, "_sleep", sleep)
    return looks


def followed(postroom: CommandLine, *words: str) -> list[tuple[str, str]]:
    result = postroom("messages", "tail", "--follow", "--json", *words)
    assert result.exit_code == 0
    return [(one["id"], one["status"]) for one in map(json.loads, result.stdout.splitlines())]


def test_following_tells_new_messages_and_changes_and_nothing_twice(
    api: PlayedApi, postroom: CommandLine, ends_after: list[int]
) -> None:
    ends_after[0] = 3
    api.on(
        "GET /v1/messages",
        Looks(
            [message(2, "queued"), message(1)],
            [message(2, "queued"), message(1)],
            [message(3, "queued"), message(2, "sent"), message(1)],
            [message(4), message(3, "sending"), message(2, "sent"), message(1)],
        ),
    )

    assert followed(postroom, "--limit", "1") == [
        ("msg_002", "queued"),
        ("msg_002", "sent"),
        ("msg_003", "queued"),
        ("msg_003", "sending"),
        ("msg_004", "sent"),
    ]


def test_what_comes_late_behind_a_newer_message_is_told_too(
    api: PlayedApi, postroom: CommandLine, ends_after: list[int]
) -> None:
    api.on("GET /v1/messages", Looks([message(5), message(3)], [message(5), message(4), message(3)]))

    assert ("msg_004", "sent") in followed(postroom)


def test_an_unfinished_message_is_followed_also_when_it_is_no_longer_listed(
    api: PlayedApi, postroom: CommandLine, ends_after: list[int]
) -> None:
    many = [message(number) for number in range(200, 100, -1)]
    api.on("GET /v1/messages", Looks([message(1, "deferred")], [*many[:50]]))
    api.on("GET /v1/messages/msg_001", Reply(body=message(1, "sent")))

    assert followed(postroom)[:2] == [("msg_001", "deferred"), ("msg_001", "sent")]


def test_who_follows_is_told_of_trouble_and_goes_on(
    api: PlayedApi, postroom: CommandLine, ends_after: list[int]
) -> None:
    ends_after[0] = 2
    api.on("GET /v1/messages", listed(message(1)), Reply(500), listed(message(2), message(1)))

    result = postroom("messages", "tail", "--follow")

    assert result.exit_code == 0
    assert "The API is in trouble: 500" in result.stderr
    assert "msg_002" in result.stdout
