"""A line of a given length: ``python -m bench.smtp_rtt.proxy <port> <port behind it> <seconds each way>``.

What comes in goes out that much later, in order, however much it is: it adds time, and takes no bandwidth away.
"""

import queue
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import serving
from local.place import LOOPBACK, free_port

_CHUNK = 65_536


@contextmanager
def line_to(port: int, each_way: float) -> Iterator[int]:
    """The port at which the server at ``port`` is ``each_way`` seconds away, in a process of its own."""
    near = free_port()
    command = [sys.executable, "-m", "bench.smtp_rtt.proxy", str(near), str(port), str(each_way)]
    with TemporaryDirectory() as directory, serving(command, near, log=Path(directory) / "log"):
        yield near


class Pipe:
    """One direction of one connection."""

    def __init__(self, source: socket.socket, sink: socket.socket, delay: float) -> None:
        self._source, self._sink, self._delay = source, sink, delay
        self._under_way = queue.SimpleQueue[tuple[float, bytes]]()

    def open(self) -> None:
        threading.Thread(target=self._take, daemon=True).start()
        threading.Thread(target=self._give, daemon=True).start()

    def _take(self) -> None:
        octets = b"-"
        while octets:
            # A reset is an end too; it takes as long to arrive.
            octets = b""
            with suppress(OSError):
                octets = self._source.recv(_CHUNK)
            self._under_way.put((time.monotonic() + self._delay, octets))

    def _give(self) -> None:
        with suppress(OSError):
            while octets := self._next():
                self._sink.sendall(octets)
            self._sink.shutdown(socket.SHUT_WR)

    def _next(self) -> bytes:
        due, octets = self._under_way.get()
        time.sleep(max(0.0, due - time.monotonic()))
        return octets


def main(near: int, far: int, delay: float) -> None:
    with socket.create_server((LOOPBACK, near)) as listener:
        while True:
            client, _ = listener.accept()
            server = socket.create_connection((LOOPBACK, far))
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Pipe(client, server, delay).open()
            Pipe(server, client, delay).open()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
