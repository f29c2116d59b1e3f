"""An SMTP server for tests that can be told to misbehave at any point, and that remembers everything.

    with SmtpServer(users={"ann": "secret"}) as server:
        server.on("RCPT", Answer("550 5.1.1 no such user"), containing="bad@")
        server.on("DATA", Drop(), nth=2)
        ...
        assert server.mails[0].recipients == ("good@example.com",)

It listens on 127.0.0.1, on a port that was free. Each connection has a thread. A mail is in ``mails`` *before* its
250 is sent, so ``mails`` is the truth about what was accepted. Verbs are GREETING (the connection was made), EHLO,
STARTTLS, AUTH, MAIL, RCPT, DATA (the command), BODY (its first line arrived), DOT (the message is complete), RSET,
QUIT, and any other command by its first word.
"""

import base64
import contextlib
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Answer:
    """This reply (lines separated by CRLF) instead of the right one; ``then_drop`` hangs up after it."""

    reply: str
    then_drop: bool = False


@dataclass(frozen=True)
class Drop:
    """Hangs up without a reply; with ``reset`` by RST instead of FIN."""

    reset: bool = False


@dataclass(frozen=True)
class Hang:
    """Says nothing more, and keeps the connection open until the server is closed."""


@dataclass(frozen=True)
class Drip:
    """Sends one byte of an endless reply at a time."""

    pause: float = 0.02


@dataclass(frozen=True)
class Inject:
    """The right reply with more bytes in the same packet: for STARTTLS, what a man in the middle would add."""

    more: bytes


@dataclass(frozen=True)
class Greylist:
    """For RCPT: refuses each address this many times, and then takes it (RFC 6647)."""

    tries: int = 1
    reply: str = "450 4.7.1 greylisted, try again later"


@dataclass(frozen=True)
class Quota:
    """Refuses as soon as so many mails were accepted, in the words of a provider whose daily limit is reached."""

    mails: int
    reply: str = "550 5.4.5 Daily user sending limit exceeded"


Fault = Answer | Drop | Hang | Drip | Inject | Greylist | Quota


@dataclass(frozen=True)
class Seen:
    """A command line as it arrived, whether under TLS, and on which connection (from 0)."""

    line: bytes
    tls: bool
    connection: int


@dataclass(frozen=True)
class AcceptedMail:
    """``content`` is what was sent, without the dots that SMTP adds."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    username: str | None
    tls: bool
    connection: int

    @property
    def message_id(self) -> str:
        """The Message-ID without its brackets, read from the bytes as they arrived; empty when there is none."""
        for line in self.content.partition(b"\r\n\r\n")[0].split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"message-id":
                return value.decode("latin-1").strip(" <>")
        return ""


@dataclass
class _Rule:
    verb: str
    fault: Fault
    nth: int | None
    containing: str
    seen: int = 0


@dataclass
class _Client:
    """What one connection has said so far."""

    number: int
    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    tls: bool = False
    username: str | None = None
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)
    mails: int = 0


class _HungUp(Exception):
    pass


class SmtpServer:
    def __init__(
        self,
        *,
        context: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        users: Mapping[str, str] | None = None,
        mechanisms: str = "PLAIN LOGIN",
        extensions: Sequence[str] = ("SIZE 10000000", "8BITMIME", "ENHANCEDSTATUSCODES"),
        cut_after: int | None = None,
        latency: float = 0.0,
        mails_per_connection: int | None = None,
    ) -> None:
        """``context`` enables TLS; ``cut_after`` is how many bytes are sent per connection before it hangs up."""
        self._context = context
        self._implicit_tls = implicit_tls
        self._has_users = users is not None
        self._passwords: dict[str, tuple[str, ...]] = {}
        for username, password in (users or {}).items():
            self.change_password(username, password)
        self._mechanisms = mechanisms
        self._extensions = extensions
        self._cut_after = cut_after
        self._latency = latency
        self._mails_per_connection = mails_per_connection
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._clients: list[_Client] = []
        self._sent: Counter[int] = Counter()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = "127.0.0.1"
        self.port: int = self._listener.getsockname()[1]
        self.mails: list[AcceptedMail] = []
        self.commands: list[Seen] = []
        self._clear = bytearray()
        self._refused: Counter[str] = Counter()
        self.reached: list[str] = []
        self.refused_logins = 0

    @property
    def connections(self) -> int:
        return len(self._clients)

    def change_password(self, username: str, *passwords: str) -> None:
        """From the next login on, one of these."""
        self._passwords[username] = passwords

    @property
    def clear(self) -> bytes:
        """All that came without TLS, from all connections."""
        return bytes(self._clear)

    @property
    def bytes_sent(self) -> int:
        return self._sent.total()

    def verbs(self) -> list[str]:
        """The first word of every command so far, in upper case."""
        return [seen.line.split(b" ")[0].decode("latin-1").upper() for seen in self.commands]

    def on(self, verb: str, fault: Fault, *, nth: int | None = None, containing: str = "") -> None:
        """Misbehaves at each ``verb``, or only the nth time (from 1), or only where the line contains a text."""
        with self._lock:
            self._rules.append(_Rule(verb, fault, nth, containing))

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._closing.set()
        # Closing a listener does not wake up who waits on it; a connection does.
        with contextlib.suppress(OSError):
            socket.create_connection((self.host, self.port), timeout=1).close()
        self._threads[0].join(5)
        self._listener.close()
        for client in tuple(self._clients):
            with contextlib.suppress(OSError):
                client.socket.shutdown(socket.SHUT_RDWR)
        for thread in tuple(self._threads):
            thread.join(5)

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            connection, _ = self._listener.accept()
            if self._closing.is_set():
                connection.close()
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client = _Client(len(self._clients), connection)
            self._clients.append(client)
            self._start(self._serve, client)

    def _serve(self, client: _Client) -> None:
        try:
            if self._implicit_tls:
                self._begin_tls(client)
            self._say(client, "GREETING", "", "220 mail.test ESMTP")
            while True:
                self._obey(client, self._line(client))
        except (_HungUp, OSError, ValueError):
            pass
        finally:
            client.socket.close()

    def _obey(self, client: _Client, line: bytes) -> None:
        with self._lock:
            self.commands.append(Seen(line, client.tls, client.number))
        text = line.decode("latin-1")
        verb = text.split(" ")[0].upper()
        answer = {
            "EHLO": self._ehlo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "QUIT": self._quit,
        }.get(verb)
        if answer is None:
            self._say(client, verb, text, "502 5.5.2 unknown")
        else:
            answer(client, text)

    def _ehlo(self, client: _Client, line: str) -> None:
        offers = list(self._extensions)
        if self._context is not None and not client.tls:
            offers.append("STARTTLS")
        if self._has_users:
            offers.append(f"AUTH {self._mechanisms}")
        lines = ["mail.test", *offers]
        reply = "\r\n".join(f"250{' ' if index == len(lines) - 1 else '-'}{text}" for index, text in enumerate(lines))
        self._say(client, "EHLO", line, reply)

    def _starttls(self, client: _Client, line: str) -> None:
        if self._context is None:
            self._say(client, "STARTTLS", line, "502 5.5.1 not offered")
        elif self._say(client, "STARTTLS", line, "220 2.0.0 go ahead"):
            self._begin_tls(client)

    def _begin_tls(self, client: _Client) -> None:
        assert self._context is not None
        client.socket = self._context.wrap_socket(client.socket, server_side=True)
        client.tls = True
        client.received.clear()

    def _auth(self, client: _Client, line: str) -> None:
        if not self._behaves(client, "AUTH", line):
            return
        words = line.split(" ")
        if words[1].upper() not in self._mechanisms.split():
            self._write(client, "504 5.5.4 no such mechanism")
            return
        username, password = self._credentials(client, words)
        if password in self._passwords.get(username, ()):
            client.username = username
            self._write(client, "235 2.7.0 welcome")
        else:
            self.refused_logins += 1
            self._write(client, "535 5.7.8 wrong user or password")

    def _credentials(self, client: _Client, words: Sequence[str]) -> tuple[str, str]:
        if words[1].upper() == "PLAIN":
            response = words[2] if len(words) > 2 else self._challenge(client, "")
            _, username, password = base64.b64decode(response).decode().split("\0")
            return username, password
        username = self._challenge(client, "VXNlcm5hbWU6")
        password = self._challenge(client, "UGFzc3dvcmQ6")
        return base64.b64decode(username).decode(), base64.b64decode(password).decode()

    def _challenge(self, client: _Client, text: str) -> str:
        self._write(client, f"334 {text}")
        return self._line(client).decode()

    def _mail(self, client: _Client, line: str) -> None:
        if self._say(client, "MAIL", line, "250 2.1.0 ok"):
            client.sender = _path(line)
            client.recipients = []

    def _rcpt(self, client: _Client, line: str) -> None:
        if self._say(client, "RCPT", line, "250 2.1.5 ok"):
            client.recipients.append(_path(line))

    def _data(self, client: _Client, line: str) -> None:
        if client.sender is None or not client.recipients:
            self._write(client, "503 5.5.1 MAIL and RCPT first")
            return
        if not self._say(client, "DATA", line, "354 go ahead"):
            return
        lines: list[bytes] = []
        while (text := self._line(client)) != b".":
            if not lines and not self._behaves(client, "BODY", ""):
                return
            lines.append(text.removeprefix(b"."))
        self._take(client, b"".join(text + b"\r\n" for text in lines))

    def _take(self, client: _Client, content: bytes) -> None:
        sender, recipients = client.sender or "", tuple(client.recipients)
        client.sender, client.recipients = None, []
        if self._behaves(client, "DOT", ""):
            with self._lock:
                self.mails.append(AcceptedMail(sender, recipients, content, client.username, client.tls, client.number))
            self._write(client, "250 2.0.0 queued")
            client.mails += 1
            if client.mails == self._mails_per_connection:
                raise _HungUp

    def _rset(self, client: _Client, line: str) -> None:
        client.sender, client.recipients = None, []
        self._say(client, "RSET", line, "250 2.0.0 ok")

    def _quit(self, client: _Client, line: str) -> None:
        self._say(client, "QUIT", line, "221 2.0.0 bye")
        raise _HungUp

    def _say(self, client: _Client, verb: str, line: str, reply: str) -> bool:
        """Whether the right reply was given."""
        if not self._behaves(client, verb, line, reply):
            return False
        self._write(client, reply)
        return True

    def _behaves(self, client: _Client, verb: str, line: str, reply: str = "") -> bool:
        with self._lock:
            self.reached.append(verb)
            fault = self._fault(verb, line)
            if isinstance(fault, Greylist | Quota):
                fault = self._refusal(fault, line)
        match fault:
            case None:
                return True
            case Answer(text, then_drop):
                self._write(client, text)
                if then_drop:
                    raise _HungUp
                return False
            case Drop(reset):
                if reset:
                    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                raise _HungUp
            case Hang():
                self._closing.wait()
                raise _HungUp
            case Drip(pause):
                self._drip(client, pause)
                raise _HungUp
            case Inject(more):
                client.socket.sendall(reply.encode() + b"\r\n" + more)
                return False

    def _refusal(self, fault: Greylist | Quota, line: str) -> Answer | None:
        if isinstance(fault, Quota):
            return Answer(fault.reply) if len(self.mails) >= fault.mails else None
        self._refused[line] += 1
        return Answer(fault.reply) if self._refused[line] <= fault.tries else None

    def _fault(self, verb: str, line: str) -> Fault | None:
        for rule in self._rules:
            if rule.verb == verb and rule.containing in line:
                rule.seen += 1
                if rule.nth is None or rule.nth == rule.seen:
                    return rule.fault
        return None

    def _drip(self, client: _Client, pause: float) -> None:
        client.socket.sendall(b"250-")
        while not self._closing.wait(pause):
            client.socket.sendall(b"x")

    def _write(self, client: _Client, reply: str) -> None:
        if self._latency:
            time.sleep(self._latency)
        octets = reply.encode() + b"\r\n"
        allowed = len(octets) if self._cut_after is None else self._cut_after - self._sent[client.number]
        # Counted first: who has read the reply may ask for the count.
        self._sent[client.number] += len(octets[:allowed])
        client.socket.sendall(octets[:allowed])
        if allowed < len(octets):
            raise _HungUp

    def _line(self, client: _Client) -> bytes:
        searched = 0
        while (end := client.received.find(b"\r\n", searched)) < 0:
            searched = max(len(client.received) - 1, 0)
            octets = client.socket.recv(65_536)
            if not octets:
                raise _HungUp
            if not client.tls:
                self._clear += octets
            client.received += octets
        line = bytes(client.received[:end])
        del client.received[: end + 2]
        return line


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
