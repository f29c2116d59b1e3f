"""What an ``SmtpServer`` can be told to do wrong, and the rules that say where."""

import threading
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """This reply (lines separated by CRLF, or no SMTP at all) instead of the right one; ``then_drop`` hangs up."""

    reply: str
    then_drop: bool = False


@dataclass(frozen=True)
class Drop:
    """Hangs up without a reply; with ``reset`` by RST.

    Otherwise what nobody has read decides, in the kernel, whether the other side sees an end or a reset. ``swallowing``
    makes sure of the end: only our direction is closed, and what still comes is read and thrown away.
    """

    reset: bool = False
    swallowing: bool = False


@dataclass(frozen=True)
class Hang:
    """Reads and says nothing more, and keeps the connection open until the server is closed."""


@dataclass(frozen=True)
class Drip:
    """Sends one byte of an endless reply at a time."""

    pause: float = 0.02


@dataclass(frozen=True)
class Inject:
    """The right reply with more bytes in the same packet: for STARTTLS, what a man in the middle would add."""

    more: bytes


@dataclass(frozen=True)
class Extra:
    """Does what is right, and sends one reply too many after the right one."""

    reply: str = "250 2.0.0 once more"


@dataclass(frozen=True)
class Wordy:
    """Does what is right, and says it in so many lines of nearly 500 bytes: the buffers of who reads late fill up."""

    lines: int = 90


@dataclass(frozen=True)
class Flush:
    """Does what is right, and throws away what came behind the command before it answers.

    Without ``quiet_seconds`` it is what had arrived just then, in the middle of a line if need be, as old firewalls do
    it. With them it reads on until nothing has come for so long: only the first command of a group is answered.
    """

    quiet_seconds: float = 0.0


@dataclass(frozen=True)
class Late:
    """Does what is right, after so many seconds, in which others come as far."""

    seconds: float


@dataclass(frozen=True)
class Taking:
    """For DOT: takes the mail, and then does this instead of saying so."""

    then: "Answer | Drop | Hang | Drip"


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


Act = Answer | Drop | Hang | Drip | Inject | Extra | Wordy | Flush | Late | Taking
Fault = Act | Greylist | Quota


@dataclass
class _Rule:
    verb: str
    fault: Fault
    nth: int | None
    containing: str
    mail: int | None
    seen: int = 0

    def fits(self, verb: str, line: str, mail: int) -> bool:
        if self.verb != verb or self.containing not in line or self.mail not in {None, mail}:
            return False
        self.seen += 1
        return self.nth in {None, self.seen}


class Rules:
    """Shared by all connections of a server."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        self._greylisted: Counter[str] = Counter()
        self.reached: list[str] = []

    def add(self, verb: str, fault: Fault, *, nth: int | None, containing: str, mail: int | None) -> None:
        with self._lock:
            self._rules.append(_Rule(verb, fault, nth, containing, mail))

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def meet(self, verb: str, line: str, *, mail: int, accepted: int) -> Act | None:
        """What to do wrong at this point. ``mail`` is the number of the mail begun last on this connection."""
        with self._lock:
            self.reached.append(verb)
            fault = next((rule.fault for rule in self._rules if rule.fits(verb, line, mail)), None)
            match fault:
                case Quota(mails, reply):
                    return Answer(reply) if accepted >= mails else None
                case Greylist(tries, reply):
                    self._greylisted[line] += 1
                    return Answer(reply) if self._greylisted[line] <= tries else None
                case _:
                    return fault
