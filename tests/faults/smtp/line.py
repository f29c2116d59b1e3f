"""One connection of an ``SmtpServer``: octets in, octets out, and its ends."""

import contextlib
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable

from tests.faults.smtp.scenario import Scenario

_SWALLOWED_SECONDS = 5


class HungUp(Exception):
    """The connection is over."""


class Line:
    """``heard`` is told all that comes without TLS. ``ahead``: more had come before the last reply was sent.

    ``releases``: how often replies that were held came together.
    """

    def __init__(
        self,
        number: int,
        connection: socket.socket,
        scenario: Scenario,
        closing: threading.Event,
        heard: Callable[[bytes], None],
    ) -> None:
        self.number = number
        self.tls = False
        self.sent = 0
        self.ahead = False
        self.releases = 0
        self._socket = connection
        self._scenario = scenario
        self._closing = closing
        self._heard = heard
        self._received = bytearray()
        self._held = bytearray()

    def begin_tls(self, context: ssl.SSLContext) -> None:
        """What came in clear behind STARTTLS is forgotten (RFC 3207, section 4.2)."""
        self._release()
        self._socket = context.wrap_socket(self._socket, server_side=True)
        self.tls = True
        self._received.clear()

    def read_line(self) -> bytes:
        searched = 0
        while (end := self._received.find(b"\r\n", searched)) < 0:
            searched = max(len(self._received) - 1, 0)
            self._received += self._receive()
        return self._cut_off(end + 2)[:-2]

    def read_octets(self, count: int) -> bytes:
        while len(self._received) < count:
            self._received += self._receive()
        return self._cut_off(count)

    def throw_away(self, quiet_seconds: float) -> None:
        """What has come, and what comes until it has been quiet for so long."""
        self._received.clear()
        while self._is_readable(quiet_seconds):
            self._receive()

    def write(self, reply: str) -> None:
        if self._scenario.latency:
            time.sleep(self._scenario.latency)
        self.ahead = bool(self._received) or self._is_readable(0)
        octets = reply.encode() + b"\r\n"
        if self._scenario.hold_replies is None:
            self.write_octets(octets)
        else:
            self._held += octets

    def write_octets(self, octets: bytes) -> None:
        """Hangs up when the scenario lets it send no more."""
        cut = self._scenario.cut_after
        allowed = octets if cut is None else octets[: max(cut - self.sent, 0)]
        # Counted first: who has read the reply may ask for the count.
        self.sent += len(allowed)
        self._socket.sendall(allowed)
        if len(allowed) < len(octets):
            raise HungUp

    def drip(self, pause: float) -> None:
        self._release()
        self._socket.sendall(b"250-")
        while not self._closing.wait(pause):
            self._socket.sendall(b"x")
        raise HungUp

    def hang(self) -> None:
        self._closing.wait()
        raise HungUp

    def hang_up(self) -> None:
        """After what was still to be said."""
        self._release()
        raise HungUp

    def drop(self, *, reset: bool, swallowing: bool) -> None:
        """Replies that were held back are never sent."""
        if reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if swallowing:
            self._swallow()
        raise HungUp

    def close(self) -> None:
        self._socket.close()

    def shut_down(self) -> None:
        """From another thread: wakes up who reads."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _swallow(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)
        give_up = time.monotonic() + _SWALLOWED_SECONDS
        while time.monotonic() < give_up and not self._closing.is_set():
            if self._is_readable(0.05):
                self._receive()

    def _cut_off(self, count: int) -> bytes:
        octets = bytes(self._received[:count])
        del self._received[:count]
        return octets

    def _receive(self) -> bytes:
        if self._held and not self._is_readable(self._scenario.hold_replies or 0):
            self._release()
        octets = self._socket.recv(65_536)
        if not octets:
            raise HungUp
        if not self.tls:
            self._heard(octets)
        return octets

    def _release(self) -> None:
        held = bytes(self._held)
        self._held.clear()
        if held:
            self.releases += 1
            self.write_octets(held)

    def _is_readable(self, seconds: float) -> bool:
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return True
        return bool(select.select([self._socket], [], [], seconds)[0])
