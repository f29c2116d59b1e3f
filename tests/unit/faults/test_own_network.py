import os
import signal
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from subprocess import PIPE, Popen
from urllib.parse import urlsplit

import pytest

from tests.faults.listening import Listening, children, listening
from tests.faults.own_network import Confined, Escaped, lacking, own_network

PORT = 8_000
EVERYWHERE = "0.0.0.0"  # noqa: S104 - in a network in which there is nobody else
SERVING = [sys.executable, "-m", "http.server", "--bind", EVERYWHERE, str(PORT)]
LISTENING_BESIDE_US = """
import subprocess, sys
program = subprocess.Popen([sys.executable, "-c", "import socket, time\\n"
    "listener = socket.create_server(('127.0.0.2', 0)); print(flush=True); time.sleep(60)"])
program.wait()
"""


@pytest.fixture
def confined() -> Iterator[Confined]:
    if reason := lacking():
        pytest.skip(f"No network can be made: {reason}")
    with own_network(PORT, SERVING) as running:
        until_it_answers(running.endpoint)
        yield running


def until_it_answers(endpoint: str) -> None:
    give_up = time.monotonic() + 20
    while True:
        try:
            assert status_of(endpoint) == 200
        except OSError:
            assert time.monotonic() < give_up
            time.sleep(0.05)
        else:
            return


def status_of(endpoint: str) -> int:
    address = urlsplit(endpoint)
    connection = HTTPConnection(str(address.hostname), address.port, timeout=5)
    try:
        connection.request("GET", "/LICENSE")
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_program_that_listens_everywhere_is_reached_by_the_loopback_only(confined: Confined) -> None:
    (program,) = children(confined.pid)

    confined.demand()

    assert listening([program], network_of=program) == {Listening(EVERYWHERE, PORT)}
    port = urlsplit(confined.endpoint).port
    assert listening([confined.pid, program]) == {Listening("127.0.0.1", int(port or 0))}


def test_a_program_that_shares_our_network_is_found_out() -> None:
    with Popen([sys.executable, "-c", LISTENING_BESIDE_US], stdout=PIPE) as relay:
        assert relay.stdout is not None
        relay.stdout.readline()
        (program,) = children(relay.pid)
        try:
            with pytest.raises(Escaped, match=r"127\.0\.0\.2"):
                Confined("", relay.pid).demand()
        finally:
            os.kill(program, signal.SIGTERM)
