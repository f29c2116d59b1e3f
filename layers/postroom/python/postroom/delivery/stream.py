"""Bytes to and from a server, each wait of which ends with the present deadline.

``smtplib`` reads through a file whose time limit starts anew with every byte, so that a server which drips holds it for
ever.
"""

import socket
import ssl

from postroom.delivery.deadline import Deadline

_CHUNK = 16_384
_LONGEST_LINE = 4_096


class Broken(Exception):
    """The conversation cannot go on. The text says why in words that may be shown to the tenant."""


class Stream:
    """``deadline`` is set by whoever begins a phase."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._socket = connection
        self._received = b""
        self.deadline = deadline

    @property
    def own_address(self) -> str:
        return str(self._socket.getsockname()[0])

    @property
    def has_unread(self) -> bool:
        return bool(self._received)

    def write(self, octets: bytes) -> None:
        view = memoryview(octets)
        try:
            while view:
                self._socket.settimeout(self.deadline.left())
                view = view[self._socket.send(view[:_CHUNK]) :]
        except OSError as error:
            raise Broken(_words(error)) from None

    def read_line(self) -> bytes:
        """One line without its end. Only a line that has its end counts as one."""
        while b"\n" not in self._received and len(self._received) <= _LONGEST_LINE:
            self._received += self._receive()
        line, _, self._received = self._received.partition(b"\n")
        if len(line) > _LONGEST_LINE:
            raise Broken("The server sent a line that is too long")
        return line.removesuffix(b"\r")

    def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Raises Broken also when the server has already said more: it was not said under TLS."""
        if self._received:
            raise Broken("The server sent more than its answer before TLS began")
        try:
            self._socket.settimeout(self.deadline.left())
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
        except (OSError, ValueError) as error:
            raise Broken(f"TLS failed: {_words(error)}") from None

    def is_quiet(self) -> bool:
        """Whether the server is still there and has said nothing unasked. Does not wait."""
        if self._received:
            return False
        try:
            self._socket.settimeout(0)
            self._received = self._socket.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> bytes:
        try:
            self._socket.settimeout(self.deadline.left())
            received = self._socket.recv(_CHUNK)
        except OSError as error:
            raise Broken(_words(error)) from None
        if not received:
            raise Broken("The server closed the connection")
        return received


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
