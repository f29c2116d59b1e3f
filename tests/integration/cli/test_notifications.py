"""``postroom notify`` and ``postroom jobs``, against a played API."""

from pathlib import Path

import pytest

from tests.fakes.played_api import PlayedApi, Reply, listed, problem
from tests.integration.cli.conftest import CommandLine

JOB = {
    "id": "job_1",
    "kind": "notification",
    "title": "Hello",
    "status": "running",
    "detail": None,
    "total": 3,
    "accepted": 2,
    "skipped": 0,
    "created_at": "2030-01-31T12:00:00Z",
    **dict.fromkeys(("queued", "sent", "failed", "uncertain", "cancelled", "suppressed"), 0),
}
DONE = JOB | {"status": "done", "sent": 3}
HELLO = ("-s", "Hello", "-m", "Read this.")


@pytest.fixture
def users(api: PlayedApi) -> PlayedApi:
    made = {name: JOB[name] for name in ("id", "total", "created_at")} | {"status": "waiting"}
    for whom in ("users", "user-types"):
        api.on(f"POST /v1/notifications/{whom}", Reply(202, made))
    return api


def test_users_are_named_and_read_from_a_file(users: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "ids"
    file.write_text("bob\r\n\n eve \n")

    result = postroom("notify", "users", "ann", "--file", str(file), *HELLO, "--metadata", "a=b", "--priority", "high")

    assert result.exit_code == 0, result.output
    assert result.stdout == "job_1 is waiting for 3 users: 0 sent\n"
    [asked] = users.asked
    assert asked.body == {
        "user_ids": ["ann", "bob", "eve"],
        "subject": "Hello",
        "message": "Read this.",
        "metadata": {"a": "b"},
        "priority": "high",
    }
    assert asked.headers["Idempotency-Key"]


def test_whoever_has_a_type_is_notified_by_a_template(users: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    data.write_text('{"link": "https://example.com"}')

    result = postroom("notify", "user-types", "staff", "partner", "--template", "outage", "--data", str(data))

    assert result.exit_code == 0, result.output
    assert users.asked[0].body == {
        "user_types": ["staff", "partner"],
        "template": "outage",
        "template_data": {"link": "https://example.com"},
    }


@pytest.mark.parametrize("words", [(), ("--file", "-", "--message-file", "-"), ("ann", "--idempotency-key", "a b")])
def test_what_cannot_be_meant_asks_for_nothing(users: PlayedApi, postroom: CommandLine, words: tuple[str, ...]) -> None:
    assert postroom("notify", "users", *words, "-s", "Hello", given="").exit_code == 2
    assert users.asked == []


def test_it_is_followed_until_nothing_of_it_waits(users: PlayedApi, postroom: CommandLine) -> None:
    states = (JOB | {"queued": 2}, JOB | {"status": "done", "queued": 2, "sent": 1}, DONE)
    users.on("GET /v1/jobs/job_1", *(Reply(body=state) for state in states))

    result = postroom("notify", "users", "ann", *HELLO, "--wait")

    assert (result.exit_code, result.stdout) == (0, "job_1 is done for 3 users: 3 sent\n")
    assert len(postroom.slept) == 2


@pytest.mark.parametrize("change", [{"failed": 1}, {"skipped": 1}, {"status": "failed", "detail": "why"}])
def test_a_job_that_was_not_done_well_is_a_failure_and_says_why(
    api: PlayedApi, postroom: CommandLine, change: dict[str, object]
) -> None:
    api.on("GET /v1/jobs/job_1", Reply(body=DONE | change))

    result = postroom("jobs", "watch", "job_1")

    assert result.exit_code == 1
    assert str(next(reversed(change.values()))) in result.stderr


def test_when_the_time_to_wait_is_over_it_is_told_how_far_it_is(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/jobs/job_1", Reply(body=JOB | {"queued": 2}))

    result = postroom("jobs", "watch", "job_1", "--timeout", "9")

    assert result.exit_code == 1
    assert "job_1 is running for 3 users: 0 sent, 2 queued" in result.stderr


def test_a_job_is_cancelled_and_followed_until_all_is_taken_back(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/jobs/job_1/cancel", Reply(202, JOB | {"status": "cancelling"}))
    cancelling, cancelled = JOB | {"status": "cancelling"}, JOB | {"status": "cancelled", "cancelled": 3}
    api.on("GET /v1/jobs/job_1", Reply(body=cancelling), Reply(body=cancelled))

    result = postroom("jobs", "cancel", "job_1", "--yes")

    assert (result.exit_code, result.stdout) == (0, "job_1 is cancelled for 3 users: 0 sent, 3 cancelled\n")


def test_jobs_are_listed_and_one_is_shown_whole(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/jobs", listed(DONE, JOB | {"id": "job_0", "total": None}))
    api.on("GET /v1/jobs/job_1", Reply(body=DONE | {"skipped_by_reason": {"unknown_user": 2}}))

    jobs = postroom("jobs", "list")
    shown = postroom("jobs", "show", "job_1")

    assert [line.split()[0] for line in jobs.stdout.splitlines()[1:]] == ["job_1", "job_0"]
    assert "unknown_user" in shown.stdout
    assert postroom("jobs", "show", "job_1", "--json").exit_code == 0


def test_a_job_of_somebody_else_is_refused(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/jobs/job_2", problem(404, "not_found", "There is no such thing"))

    assert postroom("jobs", "watch", "job_2").exit_code == 3
