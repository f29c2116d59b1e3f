"""What templates try in order to get out, in vain; and the same in a plain Jinja, where some of it succeeds."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.place import ROOT
from postroom.errors import Unsendable
from postroom.templates.filling.built_in import BuiltIn
from postroom.templates.model import Branding, Rendered, Source
from postroom.templates.processes.contained import Contained
from tests.fakes.built_in import write_built_in
from tests.faults.templates.escapes import SIGNS, escapes

MARKER = "<marker>"
ESCAPES = escapes(MARKER)


@pytest.fixture(scope="module")
def contained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contained]:
    contained = Contained(BuiltIn(write_built_in(tmp_path_factory.mktemp("built_in"))).shared)
    yield contained
    contained.close()


def signs_in(text: str) -> list[str]:
    return [sign for sign in SIGNS if sign in text.replace("&lt;", "<")]


@pytest.mark.parametrize("number", range(len(ESCAPES)))
@pytest.mark.parametrize("part", ["subject", "html", "text"])
def test_nothing_comes_out_and_nothing_is_run(contained: Contained, tmp_path: Path, number: int, part: str) -> None:
    marker = tmp_path / "marker"
    template = ESCAPES[number].replace(MARKER, str(marker))
    source = {
        "subject": Source(template, None, "t"),
        "html": Source("s", template, "t"),
        "text": Source("s", None, template),
    }[part]

    try:
        mail = contained.render("ten_a", source, {}, Branding("Acme"))
        said = "".join(filter(None, (mail.subject, mail.html, mail.text)))
    except Unsendable as refused:
        said = refused.detail

    assert signs_in(said.replace(template, "")) == []
    assert not marker.exists()


def test_a_plain_jinja_gives_way_to_many_of_them(tmp_path: Path) -> None:
    # Else nothing would be shown by what is above.
    templates = [template.replace(MARKER, str(tmp_path / str(number))) for number, template in enumerate(ESCAPES)]
    plain = [sys.executable, "-W", "ignore", "-m", "tests.faults.templates.plain_jinja"]

    done = subprocess.run(plain, input=json.dumps(templates), capture_output=True, text=True, check=True, cwd=ROOT)

    assert len([text for text in json.loads(done.stdout) if signs_in(text)]) > 30
    assert len(list(tmp_path.iterdir())) > 5


def test_what_the_data_says_is_no_template(contained: Contained) -> None:
    mail = contained.render("ten_a", Source("{{ a }}", None, "t"), {"a": "{{ 7 * 7 }}{% raw %}"}, Branding())

    assert mail == Rendered("{{ 7 * 7 }}{% raw %}", None, "t\n")
