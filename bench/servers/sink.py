"""Postfix's smtp-sink: takes mails and throws them away, with so little work that the sender's is what one sees."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import serving
from bench.servers.which import which
from local.place import LOOPBACK, free_port

_BACKLOG = "1000"


def why_no_sink() -> str | None:
    return None if which("smtp-sink") else "no Postfix here"


@contextmanager
def running_sink() -> Iterator[int]:
    """Its port. It announces PIPELINING; CHUNKING it does not know. Only where ``why_no_sink`` says None."""
    port = free_port()
    command = [which("smtp-sink") or "smtp-sink", *_as_whom(), f"{LOOPBACK}:{port}", _BACKLOG]
    with tempfile.TemporaryDirectory() as directory, serving(command, port, log=Path(directory) / "log"):
        yield port


def _as_whom() -> tuple[str, ...]:
    return ("-u", "nobody") if os.geteuid() == 0 else ()
