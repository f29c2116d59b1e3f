import json
from pathlib import Path

import pytest

from tests.fakes.played_api import PlayedApi, Reply, listed, problem
from tests.integration.cli.conftest import CommandLine

WELCOME = {
    "id": "tpl_1",
    "name": "welcome",
    "locale": None,
    "user_type": None,
    "published_version": 2,
    "latest_version": 3,
    "unpublished_changes": True,
}
GERMAN = WELCOME | {"id": "tpl_2", "locale": "de-AT", "published_version": None}
DRAFT = WELCOME | {"subject": "Hi {{ name }}", "html": "<p>Hi", "text": None}


def folder(at: Path, name: str = "welcome", **files: str) -> Path:
    made = at / name
    made.mkdir()
    for file, text in ({"subject.txt": "Hi {{ name }}\n", "body.html": "<p>Größe"} | files).items():
        (made / file).write_text(text, encoding="utf-8")
    return made


def test_templates_are_listed_with_what_is_live_of_them(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/templates", listed(WELCOME, GERMAN))

    lines = [line.split() for line in postroom("templates", "list").stdout.splitlines()]

    assert lines[1:] == [["tpl_1", "welcome", "2", "yes"], ["tpl_2", "welcome", "de-AT", "yes"]]


def test_a_template_is_found_by_its_name_and_variant(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/templates", listed(WELCOME, GERMAN))
    api.on("GET /v1/templates/tpl_2", Reply(body=DRAFT | {"id": "tpl_2"}))
    api.on("GET /v1/templates/tpl_9/versions/3", Reply(body={"version": 3, "subject": "Old"}))

    german = postroom("templates", "show", "welcome", "--locale", "DE-at")
    version = postroom("templates", "show", "tpl_9", "--version", "3")
    many, none = postroom("templates", "show", "welcome"), postroom("templates", "show", "welcome", "--locale", "fr")

    assert "Hi {{ name }}" in german.stdout
    assert "Old" in version.stdout
    assert (many.exit_code, none.exit_code) == (1, 1)
    assert "tpl_1, tpl_2" in many.stderr
    assert api.calls("GET /v1/templates")[0].query["name"] == "welcome"


def test_folders_become_templates_or_change_them(api: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    api.on("GET /v1/templates", listed(WELCOME, GERMAN), listed())
    api.on("PUT /v1/templates/tpl_1", Reply(body=DRAFT))
    api.on("POST /v1/templates", Reply(201, DRAFT | {"id": "tpl_3", "name": "bye"}))
    folders = [folder(tmp_path), folder(tmp_path, "bye", **{"body.txt": "Bye"})]

    result = postroom("templates", "put", *map(str, folders))

    assert result.stdout.splitlines() == ["tpl_1 welcome has a new draft", "tpl_3 bye has a new draft"]
    body = {"subject": "Hi {{ name }}", "html": "<p>Größe", "text": None, "locale": None, "user_type": None}
    assert api.calls("PUT /v1/templates/tpl_1")[0].body == body | {"name": "welcome"}
    assert api.calls("POST /v1/templates")[0].body == body | {"name": "bye", "text": "Bye"}


def test_a_folder_is_published_with_its_sample(api: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    api.on("GET /v1/templates", listed(WELCOME, GERMAN))
    api.on("PUT /v1/templates/tpl_2", Reply(body=GERMAN))
    api.on("POST /v1/templates/tpl_2/publish", Reply(body=GERMAN | {"published_version": 1}))
    made = folder(tmp_path, "anything", **{"sample.json": '{"name": "Ann"}'})

    result = postroom("templates", "put", str(made), "--name", "welcome", "--locale", "de-AT", "--publish", "--json")

    assert json.loads(result.stdout)["items"][0]["published_version"] == 1
    assert api.calls("POST /v1/templates/tpl_2/publish")[0].body == {"data": {"name": "Ann"}}


@pytest.mark.parametrize("sample", ["[]", "{", '"x"'])
def test_what_is_no_template_is_told_before_anything_is_sent(
    api: PlayedApi, postroom: CommandLine, tmp_path: Path, sample: str
) -> None:
    good, no_subject = folder(tmp_path), tmp_path / "empty"
    no_subject.mkdir()
    bad_sample = folder(tmp_path, "other", **{"sample.json": sample})

    for words in ((no_subject,), (tmp_path / "none",), (good, "--name", "x", bad_sample), (bad_sample, "--publish")):
        assert postroom("templates", "put", *map(str, words)).exit_code == 2
    assert api.asked == []


def test_faults_of_syntax_are_told_with_their_place(api: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    errors = [{"field": "html", "message": "line 1, column 4: unexpected '}'"}]
    api.on("GET /v1/templates", listed())
    api.on("POST /v1/templates", problem(422, "invalid_request", "Some fields are not valid", errors))

    result = postroom("templates", "put", str(folder(tmp_path)))

    assert result.exit_code == 3
    assert "  html: line 1, column 4: unexpected '}'" in result.stderr


def test_versions_are_published_and_rolled_back(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/templates", listed(WELCOME))
    api.on("POST /v1/templates/tpl_1/publish", Reply(body=WELCOME | {"published_version": 3}))
    api.on("POST /v1/templates/tpl_1/rollback", Reply(body=WELCOME))

    assert postroom("templates", "publish", "welcome").stdout == "tpl_1 welcome is sent as version 3\n"
    assert postroom("templates", "rollback", "tpl_1").stdout == "tpl_1 welcome is sent as version 2\n"
    postroom("templates", "rollback", "welcome", "--version", "1")

    first, second = api.calls("POST /v1/templates/tpl_1/rollback")
    assert (first.body, second.body) == ({}, {"version": 1})
    assert first.headers["Idempotency-Key"] != second.headers["Idempotency-Key"]


def test_a_template_is_deleted_when_that_is_meant(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/templates", listed(WELCOME))
    api.on("DELETE /v1/templates/tpl_1", Reply(204))

    assert postroom("templates", "delete", "welcome").exit_code == 2
    assert postroom("templates", "delete", "welcome", "--yes").stdout == "tpl_1 is deleted\n"


def test_a_preview_tells_what_is_wrong_and_ends_so(api: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    warning = {"code": "flex", "level": "warning", "message": "Not in Outlook", "client": "outlook", "line": 3}
    missing = {"code": "undefined_variable", "level": "error", "message": "The data has no name", "client": None}
    seen = {"subject": "Hi", "html": "<p>Größe", "text": "Größe", "html_bytes": 10, "warnings": [warning]}
    api.on("POST /v1/templates/tpl_1/preview", Reply(body=seen), Reply(body=seen | {"warnings": [missing]}))
    (data, html) = tmp_path / "data.json", tmp_path / "mail.html"
    data.write_text('{"name": "Ann"}')

    well = postroom(
        *("templates", "preview", "tpl_1", "--data", str(data), "--version", "2", "--html-to", str(html)),
    )
    wrong = postroom("templates", "preview", "tpl_1", "--json")

    assert (well.exit_code, wrong.exit_code) == (0, 1)
    assert api.calls("POST /v1/templates/tpl_1/preview")[0].body == {"data": {"name": "Ann"}, "version": 2}
    assert html.read_text("utf-8") == "<p>Größe"
    assert [line.split()[:4] for line in well.stdout.splitlines()][-1] == ["warning", "flex", "outlook", "3"]
    assert json.loads(wrong.stdout)["warnings"] == [missing]
    assert "1 fault" in wrong.stderr


def test_a_folder_is_previewed_with_its_sample(api: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    api.on("GET /v1/templates", listed(WELCOME))
    api.on("POST /v1/templates/tpl_1/preview", Reply(body={"subject": "Hi", "warnings": []}))
    folder, other = tmp_path / "welcome", tmp_path / "other.json"
    folder.mkdir()
    (folder / "sample.json").write_text('{"name": "Ann"}')
    other.write_text('{"name": "Bob"}')

    postroom("templates", "preview", str(folder))
    postroom("templates", "preview", str(folder), "--data", str(other))
    (folder / "sample.json").unlink()
    postroom("templates", "preview", str(folder))

    bodies = [call.body for call in api.calls("POST /v1/templates/tpl_1/preview")]
    assert bodies == [{"data": {"name": "Ann"}}, {"data": {"name": "Bob"}}, {}]


def test_a_built_in_template_is_previewed_and_copied(api: PlayedApi, postroom: CommandLine, tmp_path: Path) -> None:
    built_in = {"name": "welcome", "subject": "Hi", "html": "<p>", "text": None, "sample": {"name": "Ännchen"}}
    api.on("GET /v1/built-in-templates/welcome", Reply(body=built_in))
    api.on("POST /v1/built-in-templates/welcome/preview", Reply(body={"subject": "Hi", "warnings": []}))
    target = tmp_path / "mails" / "welcome"

    assert postroom("templates", "preview", "welcome", "--built-in").exit_code == 0
    copied = postroom("templates", "copy", "welcome", str(target))

    assert copied.exit_code == 0
    assert sorted(file.name for file in target.iterdir()) == ["body.html", "sample.json", "subject.txt"]
    assert json.loads((target / "sample.json").read_text("utf-8")) == {"name": "Ännchen"}
    again = postroom("templates", "copy", "welcome", str(target))
    assert again.exit_code == 2
    assert "is there already" in again.stderr
