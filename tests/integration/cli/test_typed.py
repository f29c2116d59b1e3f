"""What is typed and cannot be meant: nothing is asked, and the exit status is 2."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.main import get_command

from postroom_cli.app import build
from postroom_cli.reference import commands
from tests.fakes.played_api import PlayedApi, Reply
from tests.integration.cli.conftest import CommandLine

NAMES = [name for name, _ in commands()]
SEND = ("send", "--to", "ann@example.com", "--subject", "Hello", "--text", "Hi")
ACCEPTED = Reply(202, {"id": "msg_1", "status": "queued"})
WRITTEN = {"text", "html", "sender_name"}


@dataclass(frozen=True)
class Parameter:
    """``option`` is "" for an argument."""

    name: str
    required: bool
    option: str
    names_something: bool


def parameters(command: str) -> list[Parameter]:
    found = get_command(build())
    for word in command.split()[1:]:
        assert isinstance(found, TyperGroup)
        found = found.commands[word]
    return [_parameter(one) for one in found.params]


def _parameter(parameter: object) -> Parameter:
    assert isinstance(parameter, TyperOption | TyperArgument)
    assert parameter.type_descriptor is not None
    name = parameter.name or ""
    is_text = parameter.type_descriptor.annotation in {str, list[str]}
    option = parameter.opts[0] if isinstance(parameter, TyperOption) else ""
    return Parameter(name, parameter.required, option, is_text and name not in WRITTEN)


@pytest.mark.parametrize("name", NAMES)
def test_what_names_something_is_not_empty(api: PlayedApi, postroom: CommandLine, name: str) -> None:
    known = parameters(name)

    for emptied in known:
        if not emptied.names_something:
            continue
        typed = [
            [*([one.option] if one.option else []), "" if one == emptied else "x"]
            for one in known
            if one.required or one == emptied
        ]
        words = [word for one in typed for word in one]
        result = postroom(*name.split()[1:], *words, given="A text")
        assert (result.exit_code, "is empty" in result.stderr) == (2, True), (words, result.output)
    assert api.asked == []


def test_a_space_is_no_name_either(api: PlayedApi, postroom: CommandLine) -> None:
    assert postroom("accounts", "reset", "--email", " ").exit_code == 2
    assert api.asked == []


def test_what_is_written_may_be_empty(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/messages", ACCEPTED)
    api.on("PUT /v1/accounts/acc_1", Reply(body={"id": "acc_1"}))

    assert postroom("send", "--to", "ann@example.com", "--subject", "Hello", "--text", "").exit_code == 0
    assert postroom("accounts", "set", "acc_1", "--sender-name", "").exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("accounts", "set", "acc_1", "--min-wait-time", "nan"),
        ("accounts", "set", "acc_1", "--min-wait-time", "inf"),
        ("accounts", "test", "--timeout", "nan"),
        (*SEND, "--wait", "--timeout", "1e300"),
        ("messages", "tail", "--follow", "--interval", "inf"),
        (*SEND, "--to", os.fsdecode(b"Gr\xfc\xdfe <ann@example.com>")),
        (*SEND, "--metadata", os.fsdecode(b"a=\xff")),
        ("accounts", "show", os.fsdecode(b"\xff")),
        (*SEND, "--idempotency-key", "\u00e9"),
        (*SEND, "--idempotency-key", "a\nb"),
        (*SEND, "--idempotency-key", "a b"),
        (*SEND, "--idempotency-key", "a" * 256),
    ],
)
def test_what_no_request_can_say_is_a_mistake(api: PlayedApi, postroom: CommandLine, words: tuple[str, ...]) -> None:
    result = postroom(*words)

    assert result.exit_code == 2, result.output
    assert (api.asked, postroom.slept) == ([], [])


def test_a_file_whose_name_is_not_in_utf_8_goes_with_a_readable_one(
    api: PlayedApi, postroom: CommandLine, tmp_path: Path
) -> None:
    api.on("POST /v1/messages", ACCEPTED)
    file = tmp_path / os.fsdecode(b"Gr\xfc\xdfe.pdf")
    file.write_bytes(b"%PDF")

    assert postroom(*SEND, "--attach", str(file)).exit_code == 0

    [asked] = api.asked
    assert asked.body["attachments"][0]["filename"] == "Gr\ufffd\ufffde.pdf"
