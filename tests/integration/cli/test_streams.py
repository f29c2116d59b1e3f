"""What the program does with an input, an output and errors that are closed or full."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.place import ROOT
from tests.fakes.played_api import PlayedApi, Reply, listed
from tests.integration.cli.conftest import KEY

SEND = "send --to ann@example.com --subject Hello --text Hi"

full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to be had here")


@dataclass(frozen=True, slots=True)
class Shell:
    """``postroom`` with the redirections of a shell."""

    api: PlayedApi

    def __call__(self, words: str) -> subprocess.CompletedProcess[str]:
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "cli"),
            "POSTROOM_API": self.api.url,
            "POSTROOM_KEY": KEY,
        }
        command = ["/bin/sh", "-c", f"'{sys.executable}' -m postroom_cli {words}"]
        return subprocess.run(
            command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )


@pytest.fixture
def shell(api: PlayedApi) -> Shell:
    api.on("GET /v1/accounts", listed({"id": "acc_1", "email": "ann@example.com"}))
    api.on("POST /v1/messages", Reply(202, {"id": "msg_1", "status": "queued"}))
    return Shell(api)


@pytest.mark.parametrize("words", ["accounts list", "accounts list --json", "config show", SEND])
def test_where_there_is_no_output_nothing_is_done(api: PlayedApi, shell: Shell, words: str) -> None:
    ended = shell(f"{words} >&-")

    assert (ended.returncode, ended.stderr.splitlines()[0]) == (2, "Standard output is closed")
    assert api.asked == []


@full
@pytest.mark.parametrize("words", ["accounts list", "accounts list --json", "config show"])
def test_an_output_that_is_full_is_told(shell: Shell, words: str) -> None:
    ended = shell(f"{words} >/dev/full")

    assert (ended.returncode, ended.stderr) == (
        2,
        f"The output cannot be written: {os.strerror(28)}\nWhat was asked for is done all the same.\n",
    )


@full
@pytest.mark.parametrize("words", ["--help", "send --help"])
def test_help_that_cannot_be_written_is_no_fault_of_the_program(shell: Shell, words: str) -> None:
    ended = shell(f"{words} >/dev/full")

    assert (ended.returncode, ended.stderr) == (2, "")


@full
def test_a_message_that_was_accepted_is_told_so_that_it_is_not_sent_twice(api: PlayedApi, shell: Shell) -> None:
    ended = shell(f"{SEND} >/dev/full")

    assert ended.returncode == 2
    assert "msg_1 is accepted all the same: to send it again would send it twice." in ended.stderr
    assert len(api.asked) == 1


@full
@pytest.mark.parametrize("errors", ["2>/dev/full", "2>&-"])
def test_where_nobody_can_be_told_the_exit_status_is_the_same(shell: Shell, errors: str) -> None:
    assert shell(f"accounts show acc_2 {errors}").returncode == 3
    assert shell(f"accounts list {errors}").returncode == 0


@pytest.mark.parametrize("words", ["keys revoke key_1", "accounts add ann@example.com", "send --to a@b.c --subject x"])
def test_where_there_is_no_input_nobody_is_asked(api: PlayedApi, shell: Shell, words: str) -> None:
    ended = shell(f"{words} <&-")

    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
    assert api.asked == []


def test_a_reader_that_goes_away_is_no_fault(shell: Shell) -> None:
    assert shell("accounts list | true").stderr == ""
