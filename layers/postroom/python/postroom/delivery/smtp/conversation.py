"""smtplib's commands and its reading of EHLO, over a stream that keeps to a deadline, and remembered for the tenant."""

import re
import smtplib
from collections import deque
from collections.abc import Sequence

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Reply
from postroom.delivery.smtp.script import Segment
from postroom.delivery.smtp.secrecy import MASK, Censor
from postroom.delivery.smtp.stream import OutOfStep, Stream

_MOST_LINES = 100
_LONGEST_TEXT = 500
_REMEMBERED = 100
_REPLY_LINE = re.compile(rb"(?P<code>[2-5][0-9]{2})(?:(?P<more>[ -])(?P<text>.*))?", re.DOTALL)
_ENHANCED = re.compile(r"(?P<enhanced>[245]\.\d{1,3}\.\d{1,3})(?=\s|$) ?")


Notes = deque[str]
"""The last lines of both sides, without credentials and without content."""


def new_notes() -> Notes:
    return deque(maxlen=_REMEMBERED)


class Conversation(smtplib.SMTP):
    """Raises Broken where smtplib would raise errors of its own. It neither connects nor logs in.

    ``notes``: where what is said is taken down.
    """

    def __init__(self, stream: Stream, hello: str | None, censor: Censor) -> None:
        # A name must be given, or smtplib asks the DNS for one.
        super().__init__(local_hostname=hello or _literal(stream.own_address))
        self.stream = stream
        self._censor = censor
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
            for step in segment:
                self._remember("C", step.said)
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
        code, lines = self._read_lines()
        return code, "\n".join(lines).encode()

    def close(self) -> None:
        self.stream.close()

    def _read(self) -> Reply:
        code, lines = self._read_lines()
        match = _ENHANCED.match(lines[0])
        if match is None:
            return Reply(code, None, " ".join(filter(None, lines))[:_LONGEST_TEXT])
        enhanced = match["enhanced"]
        text = " ".join(filter(None, [line.removeprefix(enhanced).strip() for line in lines]))
        return Reply(code, enhanced, text[:_LONGEST_TEXT])

    def _read_lines(self) -> tuple[int, list[str]]:
        code, lines = 0, list[str]()
        for _ in range(_MOST_LINES):
            match = _REPLY_LINE.fullmatch(self.stream.read_line())
            if match is None or code not in {0, int(match["code"])}:
                raise OutOfStep("The server's answer is not SMTP")
            code = int(match["code"])
            lines.append(self._shown(match["text"] or b""))
            self._remember("S", f"{code} {lines[-1]}")
            if match["more"] != b"-":
                return code, lines
        raise OutOfStep("The server's answer does not end")

    def _shown(self, text: bytes) -> str:
        readable = text.decode("utf-8", "replace")
        if not readable.isprintable():
            readable = "".join(letter if letter.isprintable() else " " for letter in readable)
        return self._censor(readable).strip()

    def _remember(self, side: str, line: str) -> None:
        self.notes.append(f"{side}: {line[:_LONGEST_TEXT]}")


def _masked(command: str) -> str:
    words = command.split(" ")
    return " ".join([*words[:2], MASK]) if words[0] == "AUTH" and len(words) > 1 else MASK


def _literal(address: str) -> str:
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
