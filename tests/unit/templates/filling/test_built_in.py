from pathlib import Path

from postroom.templates.filling.built_in import BuiltIn, built_in
from postroom.templates.model import Source
from tests.fakes.built_in import write_built_in

WELCOME = {
    "subject.txt": "Welcome, {{ name }}",
    "body.html": "<p>ü</p>",
    "body.txt": "ü",
    "sample.json": '{"name": "Ada"}',
}


def test_a_template_is_what_its_folder_holds(tmp_path: Path) -> None:
    found = BuiltIn(write_built_in(tmp_path, {"welcome": WELCOME}))

    assert found.names() == ("welcome",)
    assert found.source("welcome") == Source("Welcome, {{ name }}", "<p>ü</p>", "ü", "en")
    assert found.sample("welcome") == {"name": "Ada"}
    assert sorted(found.shared()) == ["base.html", "parts.html"]


def test_a_part_or_a_sample_that_is_not_there_is_none(tmp_path: Path) -> None:
    found = BuiltIn(write_built_in(tmp_path, {"note": {"subject.txt": "s", "body.txt": "t"}}))

    assert found.source("note") == Source("s", None, "t", "en")
    assert found.sample("note") is None


def test_no_name_leads_to_another_place(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "subject.txt").write_text("secret")
    found = BuiltIn(write_built_in(tmp_path / "inside", {"welcome": WELCOME}))

    for name in ("unknown", "..", "../inside/welcome", "", ".", "welcome/", "/welcome"):
        assert found.source(name) is None
        assert found.sample(name) is None


def test_a_file_is_read_once(tmp_path: Path) -> None:
    found = BuiltIn(write_built_in(tmp_path, {"welcome": WELCOME}))
    first = found.source("welcome")
    (tmp_path / "welcome" / "subject.txt").write_text("changed")

    assert found.source("welcome") is first


def test_those_that_come_with_us_are_found_on_the_path() -> None:
    assert built_in() is built_in()
