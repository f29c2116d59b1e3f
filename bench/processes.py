"""Servers that a benchmark starts on 127.0.0.1 and ends by their id."""

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.place import LOOPBACK, ROOT
from local.trouble import Trouble

_PATIENCE_SECONDS = 15.0
_PAUSE_SECONDS = 0.02


@contextmanager
def serving(
    command: Sequence[str], port: int, *, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs until the block is left, and is ready when the block begins: it takes connections on ``port``.

    Raises Trouble, with the end of ``log``, when it does not come up.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        _await(process, port, log)
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Trouble(f"{process.args!r} did not come up: {log.read_text(errors='replace')[-500:]}")
        time.sleep(_PAUSE_SECONDS)


def _answers(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True
