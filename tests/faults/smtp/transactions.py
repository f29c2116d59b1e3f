"""Mails, from MAIL to the final dot (RFC 5321) or the last chunk (RFC 3030)."""

import re

from tests.faults.smtp.faults import Act, Taking
from tests.faults.smtp.line import HungUp, Line
from tests.faults.smtp.manners import Manners, comes_at_once, does_what_is_right
from tests.faults.smtp.memory import AcceptedMail, Memory
from tests.faults.smtp.scenario import Scenario

_BDAT = re.compile(r"BDAT (?P<octets>\d+)(?P<last> LAST)?", re.IGNORECASE)
_NO_MAIL = "503 5.5.1 MAIL first"
_NO_RECIPIENTS = "554 5.5.1 no valid recipients"


class Transactions:
    """One after the other, on one connection. ``username`` is who has logged in."""

    def __init__(self, line: Line, manners: Manners, scenario: Scenario, memory: Memory) -> None:
        self._line = line
        self._manners = manners
        self._scenario = scenario
        self._memory = memory
        self._mails = 0
        self.username: str | None = None
        self.clear()

    def clear(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._content = bytearray()
        self._chunks = 0
        self._failed = False

    def mail(self, text: str) -> None:
        self._manners.mail = self._memory.begin()
        nested = self._sender is not None
        if self._manners.say("MAIL", text, "503 5.5.1 nested MAIL command" if nested else "250 2.1.0 ok"):
            self._sender = _path(text)

    def rcpt(self, text: str) -> None:
        in_order = self._sender is not None and not self._chunks and not self._failed
        if self._manners.say("RCPT", text, "250 2.1.5 ok" if in_order else _NO_MAIL):
            self._recipients.append(_path(text))

    def data(self, text: str) -> None:
        refusal = self._refusal(chunked=False)
        goes_ahead = refusal is None or (refusal == _NO_RECIPIENTS and self._scenario.goes_ahead_without_recipients)
        if not self._manners.say("DATA", text, "354 go ahead" if goes_ahead else str(refusal)):
            return
        lines: list[bytes] = []
        while (line := self._line.read_line()) != b".":
            if not lines and not self._right_in_the_body():
                return
            lines.append(line.removeprefix(b"."))
        self._content += b"".join(line + b"\r\n" for line in lines)
        if refusal is None:
            self._end(self._manners.meet("DOT"))
        else:
            self._line.write(refusal)
            self._fail(ends=True)

    def bdat(self, text: str) -> None:
        """A chunk that is refused is read to its end and thrown away before it is answered."""
        command = _BDAT.fullmatch(text)
        if not self._scenario.chunking or command is None:
            self._manners.say(
                "BDAT", text, "501 5.5.4 BDAT n [LAST]" if self._scenario.chunking else "502 5.5.1 unknown"
            )
            return
        fault, last = self._manners.meet("BDAT", text), command["last"] is not None
        if comes_at_once(fault):
            self._manners.act(fault)
        refusal, octets = self._refusal(chunked=True), self._chunk(int(command["octets"]))
        if octets is None:
            self._fail(ends=last)
        elif refusal or not (does_what_is_right(fault) or isinstance(fault, Taking)):
            self._manners.act(fault, refusal or "")
            self._fail(ends=last)
        else:
            self._add(octets, fault, last=last)

    def rset(self, text: str) -> None:
        if self._manners.say("RSET", text, "250 2.0.0 ok"):
            self.clear()

    def _refusal(self, *, chunked: bool) -> str | None:
        """Of content, as things stand. DATA and BDAT do not mix (RFC 3030, section 3)."""
        if self._sender is None:
            return _NO_MAIL
        if self._failed or (self._chunks and not chunked):
            return "503 5.5.1 RSET first"
        return None if self._recipients else _NO_RECIPIENTS

    def _chunk(self, count: int) -> bytes | None:
        """None when it was answered in its middle."""
        first = self._line.read_octets(min(count, 1))
        right = not first or self._right_in_the_body()
        octets = first + self._line.read_octets(count - len(first))
        return octets if right else None

    def _right_in_the_body(self) -> bool:
        fault = self._manners.meet("BODY")
        return fault is None or self._manners.act(fault)

    def _add(self, octets: bytes, fault: Act | None, *, last: bool) -> None:
        self._content += octets
        self._chunks += 1
        fault = self._manners.meet("DOT" if last else "CHUNK") or fault
        if last:
            self._end(fault)
        elif not self._manners.act(fault, f"250 2.0.0 {len(octets)} octets"):
            self._fail(ends=False)

    def _end(self, fault: Act | None) -> None:
        """The mail is remembered before anybody hears of it."""
        taken = does_what_is_right(fault) or isinstance(fault, Taking)
        if taken:
            self._memory.take(self._complete())
            self.clear()
        else:
            self._fail(ends=True)
        self._manners.act(fault, "250 2.0.0 queued")
        self._mails += taken
        if self._mails == self._scenario.mails_per_connection:
            raise HungUp

    def _complete(self) -> AcceptedMail:
        sender, recipients, content = self._sender or "", tuple(self._recipients), bytes(self._content)
        line = self._line
        return AcceptedMail(sender, recipients, content, self.username, line.tls, line.number, self._chunks)

    def _fail(self, *, ends: bool) -> None:
        """The end of its content ends a transaction, whatever the answer is, unless the scenario has it otherwise."""
        if ends and not self._scenario.needs_reset:
            self.clear()
        else:
            self._failed = True


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
