import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.smtp_rtt.proxy import line_to
from local.place import LOOPBACK

EACH_WAY = 0.05
LONG = 5.0
"""Far more than a busy machine adds, and less than waiting for one piece after the other would take."""


@contextmanager
def echo() -> Iterator[int]:
    """A server that says what it hears, and ends when it has heard the end."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        threading.Thread(target=_serve, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def _serve(listener: socket.socket) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_echo, args=(client,), daemon=True).start()


def _echo(client: socket.socket) -> None:
    with client:
        while heard := client.recv(65_536):
            client.sendall(heard)


@contextmanager
def far_echo() -> Iterator[socket.socket]:
    with echo() as port, line_to(port, EACH_WAY) as near, socket.create_connection((LOOPBACK, near), 5) as client:
        # Each piece goes as one.
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield client


def read(client: socket.socket, count: int) -> bytes:
    heard = b""
    while len(heard) < count:
        heard += client.recv(65_536)
    return heard


def seconds_to_ask(client: socket.socket) -> float:
    start = time.monotonic()
    client.sendall(b"NOOP")
    read(client, 4)
    return time.monotonic() - start


def test_a_question_and_its_answer_take_one_round_trip() -> None:
    with far_echo() as client:
        took = [seconds_to_ask(client) for _ in range(5)]

    # The fastest: the others may have waited for a busy machine.
    assert 2 * EACH_WAY <= min(took) < 4 * EACH_WAY


def test_what_is_said_piece_by_piece_arrives_in_order_and_each_as_late_as_the_other() -> None:
    said = [f"{number:04}".encode() for number in range(200)]
    with far_echo() as client:
        start = time.monotonic()
        for each in said:
            client.sendall(each)
            time.sleep(0.002)
        heard = read(client, 800)
        took = time.monotonic() - start

    assert heard == b"".join(said)
    assert took < LONG


def test_a_lot_takes_no_longer_than_a_little() -> None:
    much = bytes(range(256)) * 32_768
    with far_echo() as client:
        start = time.monotonic()
        writer = threading.Thread(target=client.sendall, args=(much,))
        writer.start()
        heard = read(client, len(much))
        took = time.monotonic() - start
        writer.join()

    assert heard == much
    assert took < LONG


def test_the_end_is_passed_on() -> None:
    with far_echo() as client:
        client.sendall(b"last words")
        client.shutdown(socket.SHUT_WR)

        assert read(client, 10) == b"last words"
        assert client.recv(1) == b""
