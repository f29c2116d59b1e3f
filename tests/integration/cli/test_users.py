import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.fakes.played_api import NOTHING_HERE, PlayedApi, Reply, listed, problem
from tests.integration.cli.conftest import KEY, CommandLine

ANN = {
    "id": "ann@crm",
    "email": "ann@example.com",
    "name": "Ann",
    "user_type": "staff",
    "role": "viewer",
    "locale": None,
    "timezone": "UTC",
    "attributes": {"plan": "pro"},
    "revision": 1,
}
MADE = {"id": "imp_1", "status": "waiting", "detail": None, "lines": 0}
COUNTS = {"created": 0, "changed": 0, "unchanged": 0, "refused": 0}


@dataclass
class Bucket:
    """Takes a file as S3 does, and may refuse it."""

    url: str = ""
    statuses: list[int] = field(default_factory=lambda: [200])
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    bucket = Bucket()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            bucket.got.append((dict(self.headers.items()), content))
            self.send_response(bucket.statuses.pop(0) if len(bucket.statuses) > 1 else bucket.statuses[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bucket.url = f"http://127.0.0.1:{server.server_address[1]}/source?signed=1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield bucket
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def users_file(tmp_path: Path) -> Path:
    file = tmp_path / "users.csv"
    file.write_text("id,email\nann,ann@example.com\n")
    return file


def prepare(api: PlayedApi, url: str, *states: dict[str, object]) -> None:
    upload = {
        "url": url,
        "method": "PUT",
        "headers": {"Content-Type": "text/csv"},
        "expires_at": "2030-01-31T09:00:00Z",
    }
    api.on("POST /v1/users/imports", Reply(201, MADE | COUNTS | {"upload": upload}))
    api.on("POST /v1/users/imports/imp_1/start", Reply(202, MADE | COUNTS | {"status": "running"}))
    api.on("GET /v1/users/imports/imp_1", *(Reply(body=MADE | COUNTS | state) for state in states))


def test_users_are_listed_shown_stored_and_deleted(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/users", listed(ANN))
    api.on("GET /v1/users/ann%40crm", Reply(body=ANN))
    api.on("PUT /v1/users/ann%40crm", Reply(201, ANN))
    api.on("DELETE /v1/users/ann%40crm", Reply(204))

    listing = postroom("users", "list", "--type", "staff", "--role", "viewer", "--email", "ann@example.com")
    shown, by_address = postroom("users", "show", "ann@crm"), postroom("users", "show", "ann@example.com", "--json")
    stored = postroom(
        *(
            "users",
            "put",
            "ann@crm",
            "--email",
            "ann@example.com",
            "--name",
            "Ann",
            "--type",
            "staff",
            "--locale",
            "de",
        ),
        *("--attribute", "plan=a=b", "--without-attribute", "old", "--role", "admin", "--timezone", "Europe/Berlin"),
    )
    deleted = postroom("users", "delete", "ann@crm", "--yes")

    assert "ann@example.com  Ann" in listing.stdout
    assert api.calls("GET /v1/users")[0].query == {
        "limit": "50",
        "user_type": "staff",
        "role": "viewer",
        "email": "ann@example.com",
    }
    assert "attributes.plan" in shown.stdout
    assert json.loads(by_address.stdout) == ANN
    assert stored.stdout == "ann@crm ann@example.com is stored\n"
    assert api.calls("PUT /v1/users/ann%40crm")[0].body == {
        "email": "ann@example.com",
        "name": "Ann",
        "user_type": "staff",
        "role": "admin",
        "locale": "de",
        "timezone": "Europe/Berlin",
        "attributes": {"plan": "a=b", "old": None},
    }
    assert deleted.stdout == "ann@crm ann@example.com is deleted\n"
    assert [each.exit_code for each in (listing, shown, by_address, stored, deleted)] == [0] * 5


def test_a_type_and_a_locale_are_taken_away(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("PUT /v1/users/ann%40crm", Reply(200, ANN))

    taken = postroom("users", "put", "ann@crm", "--no-type", "--no-locale", "--name", "Ann")

    assert taken.exit_code == 0
    assert api.calls("PUT /v1/users/ann%40crm")[0].body == {"name": "Ann", "user_type": None, "locale": None}


@pytest.mark.parametrize("both", [("--type", "staff", "--no-type"), ("--locale", "de", "--no-locale")])
def test_nothing_is_given_and_taken_away_at_once(api: PlayedApi, postroom: CommandLine, both: tuple[str, ...]) -> None:
    assert postroom("users", "put", "ann@crm", *both).exit_code == 2
    assert api.calls("PUT /v1/users/ann%40crm") == []


@pytest.mark.parametrize("user", ["nobody", "nobody@example.com"])
def test_who_is_not_there_is_told(api: PlayedApi, postroom: CommandLine, user: str) -> None:
    api.on("GET /v1/users", listed())

    result = postroom("users", "show", user)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"There is no user {user}")


def test_a_file_is_sent_without_the_key_and_followed_to_its_end(
    api: PlayedApi, postroom: CommandLine, bucket: Bucket, users_file: Path
) -> None:
    prepare(api, bucket.url, {"status": "running"}, {"status": "running"}, {"status": "done", "created": 1})

    result = postroom("users", "import", str(users_file))

    assert result.exit_code == 0
    assert result.stdout == "imp_1 is done: 1 created, 0 changed, 0 unchanged, 0 refused\n"
    [(headers, content)] = bucket.got
    assert content == users_file.read_bytes()
    assert headers["Content-Type"] == "text/csv"
    assert KEY not in str(headers)
    assert api.calls("POST /v1/users/imports")[0].body == {"format": "csv"}
    keys = [call.headers["Idempotency-Key"] for call in api.asked if call.method == "POST"]
    assert len(set(keys)) == 2
    assert len(postroom.slept) == 2


def test_an_address_that_was_lost_on_its_way_is_asked_for_again(
    api: PlayedApi, postroom: CommandLine, bucket: Bucket, users_file: Path
) -> None:
    prepare(api, "********", {"status": "done"})
    another = {"url": bucket.url, "method": "PUT", "headers": {"Content-Type": "text/csv"}}
    api.on("POST /v1/users/imports/imp_1/upload", Reply(200, another))

    result = postroom("users", "import", str(users_file))

    assert result.exit_code == 0, result.stderr
    assert [content for _, content in bucket.got] == [users_file.read_bytes()]


def test_every_refused_line_is_shown_and_is_a_failure(
    api: PlayedApi, postroom: CommandLine, bucket: Bucket, users_file: Path
) -> None:
    prepare(api, bucket.url, {"status": "done", "refused": 2, "created": 1})
    lines = [
        {"line": number, "user_id": user_id, "errors": [{"field": "email", "message": "is required"}]}
        for number, user_id in ((3, "bob"), (7, None))
    ]
    api.on("GET /v1/users/imports/imp_1/refused", listed(lines[0], next_cursor="next"), listed(lines[1]))

    result = postroom("users", "import", str(users_file), "--quiet")
    api.on("GET /v1/users/imports/imp_1/refused", listed(*lines))
    as_json = postroom("users", "import-status", "imp_1", "--json")

    assert result.exit_code == 1
    assert [line.split() for line in result.stdout.splitlines()[1:]] == [
        ["3", "bob", "email", "is", "required"],
        ["7", "email", "is", "required"],
    ]
    assert result.stderr.startswith("imp_1 is done: 1 created, 0 changed, 0 unchanged, 2 refused")
    assert json.loads(as_json.stdout)["refused_lines"] == lines


def test_an_import_that_fails_is_a_failure_and_says_why(
    api: PlayedApi, postroom: CommandLine, bucket: Bucket, users_file: Path
) -> None:
    prepare(api, bucket.url, {"status": "failed", "detail": "Line 1: x is not a known column"})

    result = postroom("users", "import", str(users_file))

    assert result.exit_code == 1
    assert "Line 1: x is not a known column" in result.stderr


def test_when_the_time_to_wait_is_over_it_is_told_how_far_it_is(
    api: PlayedApi, postroom: CommandLine, bucket: Bucket, users_file: Path
) -> None:
    prepare(api, bucket.url, {"status": "running", "created": 500})

    result = postroom("users", "import", str(users_file), "--timeout", "5")

    assert result.exit_code == 1
    assert "imp_1 is running: 500 created" in result.stderr


@pytest.mark.parametrize("statuses", [[503, 200], [503, 503, 200], [503], [403, 200], [302, 200]])
def test_a_file_that_is_not_taken_is_sent_again_where_that_may_help(
    api: PlayedApi, postroom: CommandLine, bucket: Bucket, users_file: Path, statuses: list[int]
) -> None:
    bucket.statuses = list(statuses)
    prepare(api, bucket.url, {"status": "done"})

    may_help = statuses[0] >= 500 and statuses[-1] == 200
    assert postroom("users", "import", str(users_file)).exit_code == (0 if may_help else 4)


def test_a_file_is_sent_to_no_address_in_clear(
    api: PlayedApi, postroom: CommandLine, bucket: Bucket, users_file: Path
) -> None:
    prepare(api, "http://files.example.com/source", {"status": "done"})

    result = postroom("users", "import", str(users_file))

    assert result.exit_code == 4
    assert "no https:// address" in result.stderr


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("users.txt", "does not say what it is"),
        ("missing.csv", "cannot be read"),
        ("folder.csv", "is no file"),
        ("large.csv", "is too large"),
    ],
)
def test_what_is_no_file_of_users_is_refused_at_once(
    api: PlayedApi, postroom: CommandLine, tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / "users.txt").write_text("id\n")
    (tmp_path / "folder.csv").mkdir()
    with (tmp_path / "large.csv").open("wb") as large:
        large.truncate(100_000_001)

    result = postroom("users", "import", str(tmp_path / name))

    assert result.exit_code == 2
    assert words in result.stderr
    assert api.asked == []


def test_the_format_may_be_told(api: PlayedApi, postroom: CommandLine, bucket: Bucket, tmp_path: Path) -> None:
    prepare(api, bucket.url, {"status": "done"})
    (tmp_path / "users").write_text("{}\n")

    postroom("users", "import", str(tmp_path / "users"), "--format", "ndjson")

    assert api.calls("POST /v1/users/imports")[0].body == {"format": "ndjson"}


def test_an_import_of_somebody_else_is_refused(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/users/imports/imp_2", problem(404, "not_found", "There is no such thing"), NOTHING_HERE)

    assert postroom("users", "import-status", "imp_2").exit_code == 3
