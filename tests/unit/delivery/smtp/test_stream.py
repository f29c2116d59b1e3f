"""Bytes to and from a server, plain and under TLS."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from postroom.delivery.deadline import Deadline
from postroom.delivery.smtp.stream import Broken, HungUp, Stream
from tests.faults.certificates import Authority, Issued

HOST = "mail.test"
Ends = tuple[Stream, socket.socket]


@pytest.fixture(scope="module")
def certificate() -> Issued:
    return Authority().issue(HOST)


@pytest.fixture(params=["plain", "tls"])
def ends(request: pytest.FixtureRequest, certificate: Issued) -> Iterator[Ends]:
    """A stream, and the server's end of it."""
    ours, theirs = socket.socketpair()
    stream = Stream(ours, Deadline.after(5))
    if request.param == "tls":
        theirs = under_tls(stream, theirs, certificate)
    with theirs:
        yield stream, theirs
    stream.close()


def under_tls(stream: Stream, theirs: socket.socket, certificate: Issued) -> ssl.SSLSocket:
    wrapped: list[ssl.SSLSocket] = []
    context = certificate.server_context()
    server = threading.Thread(target=lambda: wrapped.append(context.wrap_socket(theirs, server_side=True)))
    server.start()
    stream.start_tls(certificate.client_context(), HOST)
    server.join()
    return wrapped[0]


def test_all_that_came_together_is_read_without_another_wait(ends: Ends) -> None:
    stream, server = ends
    lines = [b"250 line %d" % number for number in range(4_000)]

    server.sendall(b"\r\n".join((*lines, b"")))

    assert [stream.read_line() for _ in lines] == lines
    assert stream.is_quiet()


def test_a_server_that_has_said_something_is_not_quiet_and_it_is_not_lost(ends: Ends) -> None:
    stream, server = ends
    assert stream.is_quiet()

    server.sendall(b"421 bye\r\n")
    time.sleep(0.05)

    assert not stream.is_quiet()
    assert stream.read_line() == b"421 bye"


def test_a_line_is_not_waited_for_beyond_the_deadline(ends: Ends) -> None:
    stream, server = ends
    server.sendall(b"250 the end of this line never")
    stream.deadline = Deadline.after(0.1)

    began = time.monotonic()
    with pytest.raises(Broken, match="did not answer in time"):
        stream.read_line()

    assert 0.1 <= time.monotonic() - began < 2


def test_what_has_come_by_the_deadline_is_read_after_it_and_nothing_is_waited_for(ends: Ends) -> None:
    stream, server = ends
    server.sendall(b"250 2.0.0 queued\r\n250 2.1.0 the end of this")
    time.sleep(0.05)
    stream.deadline = Deadline.after(-1)

    assert stream.read_line() == b"250 2.0.0 queued"
    began = time.monotonic()
    with pytest.raises(Broken, match="did not answer in time"):
        stream.read_line()
    assert time.monotonic() - began < 2


def test_a_server_that_has_gone_is_not_quiet(ends: Ends) -> None:
    stream, server = ends

    server.close()
    time.sleep(0.05)

    assert not stream.is_quiet()
    with pytest.raises(HungUp):
        stream.read_line()


def test_a_closed_stream_hears_nothing_of_whoever_has_its_number_now() -> None:
    ours, theirs = socket.socketpair()
    stream, number = Stream(ours, Deadline.after(5)), ours.fileno()

    stream.close()
    others = socket.socketpair()

    with theirs, others[0], others[1]:
        assert number in {other.fileno() for other in others}
        assert not stream.is_quiet()
        with pytest.raises(HungUp):
            stream.read_line()
