"""Runs a program that cannot be kept from listening on every interface where only we can reach it.

    with own_network(8000, ["java", "-jar", "DynamoDBLocal.jar", "-port", "8000"]) as confined:
        wait_until_it_answers(confined.endpoint)
        confined.demand()

The program has a network of its own, with nothing in it but a loopback (network_namespaces(7)); ``confined.py`` runs
beside it there and hands on what comes to a port of 127.0.0.1 here.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.place import LOOPBACK, ROOT
from tests.faults.listening import children, listening, network

_UNSHARE = ("unshare", "--user", "--map-root-user", "--net")


class Escaped(Exception):
    """The program can be reached from elsewhere than this machine."""


@dataclass(frozen=True, slots=True)
class Confined:
    """``pid`` is the relay's; the program is its only child."""

    endpoint: str
    pid: int

    def demand(self) -> None:
        """Raises Escaped unless the program listens, as can be seen, and in a network that is not ours."""
        (program,) = children(self.pid)
        seen = listening([program], network_of=program)
        here = {where.address for where in listening([self.pid, program])}
        if not seen or here != {LOOPBACK} or network(program) == network("self"):
            raise Escaped(f"It listens on {seen} in its network and on {here} in ours")


def lacking() -> str | None:
    """Why no network can be made here, if none can."""
    if shutil.which("unshare") is None:
        return "there is no unshare"
    tried = subprocess.run([*_UNSHARE, "true"], check=False, capture_output=True, text=True)
    return tried.stderr.strip() if tried.returncode else None


@contextmanager
def own_network(port: int, command: Sequence[str], directory: Path = ROOT) -> Iterator[Confined]:
    """``port`` is the program's own; ``directory`` is where it runs."""
    with socket.create_server((LOOPBACK, 0), backlog=256) as outside:
        inside = [sys.executable, "-m", "tests.faults.confined", str(outside.fileno()), str(port)]
        process = subprocess.Popen(
            [*_UNSHARE, *inside, *command],
            cwd=directory,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[outside.fileno()],
            # A group of its own, with which the program ends.
            start_new_session=True,
        )
        endpoint = f"http://{LOOPBACK}:{outside.getsockname()[1]}"
    try:
        yield Confined(endpoint, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
