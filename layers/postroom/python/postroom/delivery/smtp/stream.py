"""Bytes to and from a server, each wait of which ends with the present deadline.

``smtplib`` reads through a file whose time limit starts anew with every byte, so that a server which drips holds it for
ever.
"""

import select
import socket
import ssl

from postroom.delivery.deadline import Deadline
from postroom.delivery.smtp.watch import Certificate, Protection

_CHUNK = 16_384
"""What a record of TLS holds at most: read whole, it leaves nothing behind that a poll would not see."""
_LONGEST_LINE = 4_096
_MOST_UNREAD = 1_048_576


class Broken(Exception):
    """The conversation cannot go on. The text says why in words that may be shown to the tenant."""


class HungUp(Broken):
    """The connection is gone."""


class NotOffered(Broken):
    """What the account is to do, the server does not offer."""


class SpokeTooSoon(Broken):
    """Something was said before TLS that is to pass for said under it."""


class OutOfStep(Broken):
    """What the server says is not SMTP, or does not answer what it was asked."""


class Stream:
    """``deadline`` is set by whoever begins a phase; ``sent`` counts the bytes that the system took from us."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._received = b""
        self.sent = 0
        self.deadline = deadline
        self._use(connection)

    @property
    def own_address(self) -> str:
        return str(self._socket.getsockname()[0])

    @property
    def protection(self) -> Protection | None:
        """None before TLS."""
        if not isinstance(self._socket, ssl.SSLSocket):
            return None
        shown, cipher = self._socket.getpeercert(), self._socket.cipher()
        certificate = Certificate.of(shown) if shown else None
        return Protection(self._socket.version() or "", cipher[0] if cipher else "", certificate)

    @property
    def has_unread(self) -> bool:
        return bool(self._received)

    def write(self, octets: bytes) -> None:
        """Reads while it waits: a server that cannot get rid of its replies takes nothing more."""
        view = memoryview(octets)
        try:
            self.deadline.left()
            while view:
                try:
                    taken = self._socket.send(view[:_CHUNK])
                except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                    self._wait_to_write()
                else:
                    self.sent += taken
                    view = view[taken:]
        except OSError as error:
            raise _broken(error) from error

    def read_line(self) -> bytes:
        """One line without its end. Only a line that has its end counts as one.

        What has come by the deadline is read also when we are late ourselves.
        """
        while b"\n" not in self._received and len(self._received) <= _LONGEST_LINE:
            self._receive()
        line, _, self._received = self._received.partition(b"\n")
        if len(line) > _LONGEST_LINE:
            raise OutOfStep("The server sent a line that is too long")
        return line.removesuffix(b"\r")

    def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Raises Broken also when the server has already said more: it was not said under TLS."""
        if self._received:
            raise SpokeTooSoon("The server sent more than its answer before TLS began")
        try:
            self._socket.settimeout(self.deadline.left())
            self._use(context.wrap_socket(self._socket, server_hostname=host))
        except (OSError, ValueError) as error:
            raise Broken(f"TLS failed: {_words(error)}") from error

    def is_quiet(self) -> bool:
        """Whether the server is still there and has said nothing unasked. Does not wait."""
        if self._received:
            return False
        try:
            if self._has_come(0):
                self._take()
        except (OSError, HungUp):
            return False
        return not self._received

    def close(self) -> None:
        self._socket.close()

    def _use(self, connection: socket.socket) -> None:
        """Never blocks by itself: a time limit set anew for each call would be a system call more for each."""
        self._socket = connection
        self._socket.settimeout(0)
        self._incoming = select.poll()
        self._incoming.register(connection, select.POLLIN)

    def _has_come(self, seconds: float) -> bool:
        # A closed one would look at whoever has its number now.
        return self._socket.fileno() < 0 or bool(self._incoming.poll(seconds * 1000))

    def _receive(self) -> None:
        try:
            if self._has_come(max(0.0, self.deadline.remaining())):
                self._take()
            else:
                self.deadline.left()
        except ssl.SSLWantWriteError:
            self._wait_to_write()
        except OSError as error:
            raise _broken(error) from error

    def _wait_to_write(self) -> None:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN | select.POLLOUT)
        ready = poll.poll(self.deadline.left() * 1000)
        if not any(events & select.POLLIN for _, events in ready):
            return
        self._take()
        if len(self._received) > _MOST_UNREAD:
            raise OutOfStep("The server says far more than it was asked")

    def _take(self) -> None:
        """What has come: nothing where TLS had something to say to itself."""
        try:
            received = self._socket.recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        if not received:
            raise HungUp("The server closed the connection")
        self._received += received


def _broken(error: OSError) -> Broken:
    kind = Broken if isinstance(error, TimeoutError) else HungUp
    return kind(_words(error))


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "The server did not answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The server's certificate is not valid: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return str(error.reason or "the connection was closed")
    if isinstance(error, OSError):
        return error.strerror or "The connection broke"
    return "the host has a name that no certificate can carry"
