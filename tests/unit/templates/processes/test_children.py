"""A process that fills templates in, as its parent has it, whatever it does."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from postroom.templates.model import Branding, Source
from postroom.templates.processes.children import Child
from postroom.templates.processes.wire import Ended, Task
from postroom.templates.workshop import Waits

LARGE = Task("render", Source("s", None, "t"), {"text": "x" * 2_000_000}, Branding(), 1)


@contextmanager
def idle() -> Iterator[tuple[Child, socket.socket, "subprocess.Popen[bytes]"]]:
    """A child that neither reads nor writes, and its end of the connection."""
    ours, its = socket.socketpair()
    with its, subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        child = Child(ours, process.pid, patience=0.2)
        assert child.lives
        try:
            yield child, its, process
        finally:
            child.end()
            process.kill()


def test_one_that_does_not_read_is_not_waited_for_for_ever() -> None:
    with idle() as (child, _, process):
        began = time.monotonic()

        with pytest.raises(Waits):
            child.ask(LARGE)

        assert time.monotonic() - began < 10
        assert not child.lives
        assert process.wait(10) < 0


def test_one_that_has_gone_is_dead() -> None:
    with idle() as (child, its, _):
        its.shutdown(socket.SHUT_RDWR)

        assert not child.lives
        with pytest.raises(Ended):
            child.ask(LARGE)


def test_one_that_speaks_unasked_is_not_asked_any_more() -> None:
    with idle() as (child, its, _):
        its.sendall(b"!")

        assert not child.lives
