"""What holds for every command of ``postroom``."""

import re

import pytest
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command
from typer.testing import CliRunner

from local.place import ROOT
from postroom_cli.app import build
from postroom_cli.reference import BEGIN, commands, with_table

NAMES = [name for name, _ in commands()]


def command(name: str) -> TyperCommand:
    found = get_command(build())
    for word in name.split()[1:]:
        assert isinstance(found, TyperGroup)
        found = found.commands[word]
    assert isinstance(found, TyperCommand)
    return found


def options(name: str) -> list[TyperOption]:
    return [one for one in command(name).params if isinstance(one, TyperOption) and one.name != "help"]


def test_the_documentation_has_all_commands() -> None:
    document = (ROOT / "docs" / "cli.md").read_text("utf-8")

    assert BEGIN in document
    assert document == with_table(document), "run: python -m postroom_cli.reference docs/cli.md"


def test_the_lines_for_cron_are_lines_that_cron_takes() -> None:
    _, _, block = (ROOT / "docs" / "cli.md").read_text("utf-8").partition("## Cron\n\n```\n")
    lines = [line.split() for line in block.partition("```")[0].splitlines() if not line.startswith("#")]

    assert lines
    for line in lines:
        assert [re.fullmatch(r"[\d*/,-]+", field) is not None for field in line[:6]] == [True] * 5 + [False]
        typed = " ".join(line[5:])
        name = next(name for name in NAMES if typed.startswith(f"{name} "))
        given = typed.removeprefix(name).split()
        assert set(given) <= {option for one in options(name) for option in one.opts}


def test_there_are_commands() -> None:
    assert len(NAMES) > 25
    assert {"postroom send", "postroom accounts test", "postroom config check"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_tells_what_it_does_and_takes(name: str) -> None:
    result = CliRunner().invoke(build(), [*name.split()[1:], "--help"])

    assert result.exit_code == 0
    assert (command(name).help or "").endswith((".", ")."))
    assert [one.name for one in options(name) if not one.help] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_the_options_that_all_have(name: str) -> None:
    assert {"api", "key_file", "as_json", "quiet"} <= {one.name for one in options(name)}


@pytest.mark.parametrize("name", NAMES)
def test_no_option_has_a_secret_as_its_value(name: str) -> None:
    secret = [one for one in options(name) if one.name and ("password" in one.name or "secret" in one.name)]

    assert [one.name for one in secret if not one.is_flag and one.name != "password_file"] == []
    assert not {"key", "token"} & {one.name for one in options(name)}
