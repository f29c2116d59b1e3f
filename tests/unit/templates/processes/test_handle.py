"""Ending a process, also where Python has no handles for them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from postroom.templates.processes.handle import Handle

OPEN = Path("/proc/self/fd")


@pytest.fixture(params=["all", "no pidfd_open", "no pidfd_send_signal"], autouse=True)
def _what_python_has(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "no pidfd_open":
        monkeypatch.delattr(os, "pidfd_open")
    if request.param == "no pidfd_send_signal":
        monkeypatch.delattr(signal, "pidfd_send_signal")


def test_it_ends_its_process() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        Handle(process.pid).kill()

        assert process.wait(10) == -signal.SIGKILL


def test_one_that_has_gone_needs_no_end() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        handle = Handle(process.pid)
        process.communicate(b"\n", timeout=10)

        handle.kill()


def test_it_keeps_nothing_open() -> None:
    before = len(list(OPEN.iterdir()))
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        Handle(process.pid).kill()

    assert len(list(OPEN.iterdir())) == before
