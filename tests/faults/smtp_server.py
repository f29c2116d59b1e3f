"""An SMTP server for tests that can be told to misbehave at any point, and that remembers everything.

    with SmtpServer(users={"ann": "secret"}, pipelining=True, chunking=True) as server:
        server.on("RCPT", Answer("550 5.1.1 no such user"), containing="bad@")
        server.on("BDAT", Drop(), mail=7)
        ...
        assert server.mails[0].recipients == ("good@example.com",)

It listens on 127.0.0.1, on a port that was free. Each connection has a thread. A mail is in ``mails`` *before* its
250 is sent, so ``mails`` is the truth about what was accepted. Commands are answered in their order, also those that
come in one group.

Verbs are GREETING (the connection was made), EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA and BDAT (the command), BODY (the
content's first line or octet arrived), CHUNK (a chunk that is not the last is complete), DOT (the message is complete,
by the dot or the last chunk), RSET, QUIT, and any other command by its first word. At BDAT, Drop, Hang and Drip come
before the chunk is read, and every other fault waits for its end, as RFC 3030 wants it.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from tests.faults.smtp.dialogue import Dialogue
from tests.faults.smtp.faults import (
    Answer,
    Drip,
    Drop,
    Extra,
    Fault,
    Flush,
    Greylist,
    Hang,
    Inject,
    Late,
    Quota,
    Rules,
    Taking,
    Wordy,
)
from tests.faults.smtp.line import Line
from tests.faults.smtp.memory import AcceptedMail, Memory, Seen
from tests.faults.smtp.scenario import Scenario

__all__ = [
    "AcceptedMail",
    "Answer",
    "Drip",
    "Drop",
    "Extra",
    "Fault",
    "Flush",
    "Greylist",
    "Hang",
    "Inject",
    "Late",
    "Quota",
    "Seen",
    "SmtpServer",
    "Taking",
    "Wordy",
]


class SmtpServer:
    def __init__(
        self,
        *,
        context: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        users: Mapping[str, str] | None = None,
        mechanisms: str = "PLAIN LOGIN",
        extensions: Sequence[str] = ("SIZE 10000000", "8BITMIME", "ENHANCEDSTATUSCODES"),
        pipelining: bool = False,
        chunking: bool = False,
        cut_after: int | None = None,
        latency: float = 0.0,
        hold_replies: float | None = None,
        receive_window: int | None = None,
        mails_per_connection: int | None = None,
        needs_reset: bool = False,
        goes_ahead_without_recipients: bool = False,
    ) -> None:
        """Without any of these it is a good server that knows neither TLS nor AUTH, PIPELINING nor CHUNKING.

        ``context`` enables TLS. ``chunking`` announces BDAT and knows it; who puts CHUNKING among the ``extensions``
        instead has a server that announces it, answers 502, and takes the chunk for commands. ``cut_after`` is how many
        bytes are sent per connection before it hangs up, ``latency`` the seconds before every reply. ``hold_replies``:
        all replies wait until nothing has come for so many seconds, and then come together (RFC 2920, section 3.2).
        ``receive_window`` is in bytes, and so much is kept of what is to be sent: with a small one, who writes without
        reading is soon not read any more.
        ``needs_reset``: a message that was refused leaves its transaction open until RSET.
        ``goes_ahead_without_recipients``: 354 to a DATA whose recipients were all refused, and 554 to its dot
        (RFC 2920, section 3.1).
        """
        self._scenario = Scenario(
            context=context,
            implicit_tls=implicit_tls,
            mechanisms=mechanisms,
            extensions=extensions,
            pipelining=pipelining,
            chunking=chunking,
            cut_after=cut_after,
            latency=latency,
            hold_replies=hold_replies,
            mails_per_connection=mails_per_connection,
            needs_reset=needs_reset,
            goes_ahead_without_recipients=goes_ahead_without_recipients,
        )
        self._passwords: dict[str, tuple[str, ...]] | None = None
        if users is not None:
            self._passwords = {user: (password,) for user, password in users.items()}
        self._rules = Rules()
        self._memory = Memory()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lines: list[Line] = []
        self._listener = _listener(receive_window)
        self.host = "127.0.0.1"
        self.port: int = self._listener.getsockname()[1]

    @property
    def mails(self) -> list[AcceptedMail]:
        return self._memory.mails

    @property
    def commands(self) -> list[Seen]:
        return self._memory.commands

    @property
    def reached(self) -> list[str]:
        """The verbs that were reached, those without a command of their own among them."""
        return self._rules.reached

    @property
    def refused_logins(self) -> int:
        return self._memory.refused_logins

    @property
    def clear(self) -> bytes:
        """All that came without TLS, from all connections."""
        return bytes(self._memory.clear)

    @property
    def connections(self) -> int:
        return len(self._lines)

    @property
    def bytes_sent(self) -> int:
        return sum(line.sent for line in tuple(self._lines))

    @property
    def releases(self) -> int:
        """How often replies that were held came together: what a client waited for."""
        return sum(line.releases for line in tuple(self._lines))

    def verbs(self) -> list[str]:
        """The first word of every command so far, in upper case."""
        return [seen.line.split(b" ")[0].decode("latin-1").upper() for seen in tuple(self.commands)]

    def hears(self, verb: str) -> bool:
        """Whether the last command is this one, by and by: who says QUIT does not wait until it is read."""
        give_up = time.monotonic() + 5
        while self.verbs()[-1:] != [verb]:
            if time.monotonic() > give_up:
                return False
            time.sleep(0.001)
        return True

    def change_password(self, username: str, *passwords: str) -> None:
        """From the next login on, one of these."""
        assert self._passwords is not None
        self._passwords[username] = passwords

    def on(
        self, verb: str, fault: Fault, *, nth: int | None = None, containing: str = "", mail: int | None = None
    ) -> None:
        """Misbehaves at each ``verb``, or only where the line contains a text, or only in one mail.

        ``mail`` counts the MAIL commands that came to this server, from 1: the position in a window. ``nth`` is which
        time, from 1, among those that fit.
        """
        self._rules.add(verb, fault, nth=nth, containing=containing, mail=mail)

    def behave(self) -> None:
        """From now on does only what is right."""
        self._rules.clear()

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
        for line in tuple(self._lines):
            line.shut_down()
        for thread in tuple(self._threads):
            thread.join(5)

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            connection, _ = self._listener.accept()
            if self._closing.is_set():
                connection.close()
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = Line(len(self._lines), connection, self._scenario, self._closing, self._memory.hear)
            self._lines.append(line)
            self._start(Dialogue(line, self._scenario, self._rules, self._memory, self._passwords).run)


def _listener(receive_window: int | None) -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0))
    if receive_window is not None:
        # A connection inherits it, and only before it is made does it bound the window.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_window)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, receive_window)
    return listener
