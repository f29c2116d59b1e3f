"""smtplib's commands and its reading of EHLO, over a stream that keeps to a deadline, and remembered for the tenant."""

import re
import smtplib
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Reply
from postroom.delivery.smtp.script import Segment
from postroom.delivery.smtp.secrecy import MASK, Censor
from postroom.delivery.smtp.stream import OutOfStep, Stream

_MOST_LINES = 100
_LONGEST_TEXT = 500
_REMEMBERED = 100
_LINES_KNOWN = 64
_REPLY_LINE = re.compile(rb"(?P<code>[2-5][0-9]{2})(?:(?P<more>[ -])(?P<text>.*))?", re.DOTALL)
_NOT_SMTP = "The server's answer is not SMTP"
_ENHANCED = re.compile(r"(?P<enhanced>[245]\.\d{1,3}\.\d{1,3})(?=\s|$) ?")


Notes = deque[str]
"""The last lines of both sides, without credentials and without content."""


def new_notes() -> Notes:
    return deque(maxlen=_REMEMBERED)


class _Line(NamedTuple):
    """Of a reply, readable and without the password.

    ``alone`` is the reply if it has no other line, ``noted`` how a transcript shows it.
    """

    code: int
    text: str
    is_last: bool
    alone: Reply
    noted: str


class Conversation(smtplib.SMTP):
    """Raises Broken where smtplib would raise errors of its own. It neither connects nor logs in.

    ``notes``: where what is said is taken down.
    """

    def __init__(self, stream: Stream, hello: str | None, censor: Censor) -> None:
        # A name must be given, or smtplib asks the DNS for one.
        super().__init__(local_hostname=hello or _literal(stream.own_address))
        self.stream = stream
        self._censor = censor
        # A server says the same for each mail, but for the last line of all.
        self._understood = lru_cache(_LINES_KNOWN)(self._understand)
        self.notes = new_notes()

    def listen(self, deadline: Deadline) -> Reply:
        self.stream.deadline = deadline
        return self._read()

    def ask(self, command: str, deadline: Deadline, *, secret: bool = False) -> Reply:
        """``secret`` keeps what follows the first two words out of the transcript."""
        self.stream.deadline = deadline
        self._remember("C", _masked(command) if secret else command)
        self.putcmd(command)
        return self._read()

    def greet(self, deadline: Deadline) -> Reply:
        """EHLO; what the server offers is then in ``esmtp_features``."""
        self.stream.deadline = deadline
        self._remember("C", f"EHLO {self.local_hostname}")
        code, text = self.ehlo()
        return Reply(code, None, text.decode())

    def say(self, spoken: Sequence[tuple[Notes, Segment]], deadline: Deadline) -> None:
        """In one write, each segment into the notes of its mail."""
        self.stream.deadline = deadline
        for self.notes, segment in spoken:
            self.notes.extend([_note("C", step.said) for step in segment])
        self.stream.write(b"".join([step.octets for _, segment in spoken for step in segment]))

    def leave(self, deadline: Deadline) -> None:
        self.stream.deadline = deadline
        self.putcmd("QUIT")

    def send(self, s: object) -> None:
        """The way to the wire of smtplib. An answer that came before its question belongs to nothing."""
        if self.stream.has_unread:
            raise OutOfStep("The server spoke out of turn")
        self.stream.write(str(s).encode("ascii"))

    def getreply(self) -> tuple[int, bytes]:
        lines = self._read_lines()
        return lines[0].code, "\n".join([line.text for line in lines]).encode()

    def close(self) -> None:
        self.stream.close()

    def _read(self) -> Reply:
        lines = self._read_lines()
        return _reply(lines[0].code, [line.text for line in lines]) if len(lines) > 1 else lines[0].alone

    def _read_lines(self) -> list[_Line]:
        lines = [self._read_line()]
        while not lines[-1].is_last:
            if len(lines) == _MOST_LINES:
                raise OutOfStep("The server's answer does not end")
            lines.append(self._read_line())
            if lines[-1].code != lines[0].code:
                raise OutOfStep(_NOT_SMTP)
        return lines

    def _read_line(self) -> _Line:
        line = self._understood(self.stream.read_line())
        self.notes.append(line.noted)
        return line

    def _understand(self, octets: bytes) -> _Line:
        match = _REPLY_LINE.fullmatch(octets)
        if match is None:
            raise OutOfStep(_NOT_SMTP)
        code, text = int(match["code"]), self._shown(match["text"] or b"")
        return _Line(code, text, match["more"] != b"-", _reply(code, [text]), _note("S", f"{code} {text}"))

    def _shown(self, text: bytes) -> str:
        readable = text.decode("utf-8", "replace")
        if not readable.isprintable():
            readable = "".join(letter if letter.isprintable() else " " for letter in readable)
        return self._censor(readable).strip()

    def _remember(self, side: str, line: str) -> None:
        self.notes.append(_note(side, line))


def _reply(code: int, texts: Sequence[str]) -> Reply:
    match = _ENHANCED.match(texts[0])
    enhanced = match["enhanced"] if match else None
    rest = [text.removeprefix(enhanced or "").strip() for text in texts]
    return Reply(code, enhanced, " ".join(filter(None, rest))[:_LONGEST_TEXT])


def _note(side: str, line: str) -> str:
    return f"{side}: {line[:_LONGEST_TEXT]}"


def _masked(command: str) -> str:
    words = command.split(" ")
    return " ".join([*words[:2], MASK]) if words[0] == "AUTH" and len(words) > 1 else MASK


def _literal(address: str) -> str:
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
