"""What an ``SmtpServer`` remembers, from all its connections."""

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """A command line as it arrived, whether under TLS, and on which connection (from 0).

    ``ahead``: more had come before what was before it was answered, so that it was pipelined. A client that is allowed
    to may still not be seen to, when its packets take their time; one that is not allowed to must never be.
    """

    line: bytes
    tls: bool
    connection: int
    ahead: bool = False


@dataclass(frozen=True)
class AcceptedMail:
    """``content`` is what was sent, without the dots that SMTP adds; ``chunks`` how often BDAT, 0 for DATA."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    username: str | None
    tls: bool
    connection: int
    chunks: int = 0

    @property
    def message_id(self) -> str:
        """The Message-ID without its brackets, read from the bytes as they arrived; empty when there is none."""
        for line in self.content.partition(b"\r\n\r\n")[0].split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"message-id":
                return value.decode("latin-1").strip(" <>")
        return ""


@dataclass
class Memory:
    """``clear`` is all that came without TLS; ``begun`` counts the MAIL commands."""

    mails: list[AcceptedMail] = field(default_factory=list)
    commands: list[Seen] = field(default_factory=list)
    clear: bytearray = field(default_factory=bytearray)
    refused_logins: int = 0
    begun: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, octets: bytes) -> None:
        with self._lock:
            self.clear += octets

    def see(self, command: Seen) -> None:
        with self._lock:
            self.commands.append(command)

    def take(self, mail: AcceptedMail) -> None:
        with self._lock:
            self.mails.append(mail)

    def begin(self) -> int:
        """The number of the mail that begins, from 1."""
        with self._lock:
            self.begun += 1
            return self.begun

    def refuse_login(self) -> None:
        with self._lock:
            self.refused_logins += 1
