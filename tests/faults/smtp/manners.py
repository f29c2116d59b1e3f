"""Says what is right on a connection, or does what the rules want instead."""

import time

from tests.faults.smtp.faults import Act, Answer, Drip, Drop, Extra, Flush, Hang, Inject, Late, Rules, Taking, Wordy
from tests.faults.smtp.line import Line
from tests.faults.smtp.memory import Memory

_FILLING = "x" * 480


def does_what_is_right(fault: Act | None) -> bool:
    """The command has its effect; what is wrong is only in how it is said."""
    return fault is None or isinstance(fault, Extra | Wordy | Flush | Late)


def comes_at_once(fault: Act | None) -> bool:
    """It does not wait for what belongs to the command."""
    return isinstance(fault, Drop | Hang | Drip)


class Manners:
    """``mail`` is the number of the mail that this connection has begun last, 0 before the first."""

    def __init__(self, line: Line, rules: Rules, memory: Memory) -> None:
        self._line = line
        self._rules = rules
        self._memory = memory
        self.mail = 0

    def meet(self, verb: str, text: str = "") -> Act | None:
        return self._rules.meet(verb, text, mail=self.mail, accepted=len(self._memory.mails))

    def say(self, verb: str, text: str, reply: str) -> bool:
        """Whether what is right was done. A right reply that refuses has no effect either."""
        return self.act(self.meet(verb, text), reply) and reply[0] in "23"

    def act(self, fault: Act | None, reply: str = "") -> bool:
        """``reply`` is the right one; where none is due, it is empty."""
        match fault:
            case Answer(text, then_drop):
                self._line.write(text)
                if then_drop:
                    self._line.hang_up()
            case Drop(reset, swallowing):
                self._line.drop(reset=reset, swallowing=swallowing)
            case Hang():
                self._line.hang()
            case Drip(pause):
                self._line.drip(pause)
            case Inject(more):
                self._line.write_octets(reply.encode() + b"\r\n" + more)
            case Taking(then):
                self.act(then)
            case _:
                self._do_right(fault, reply)
        return does_what_is_right(fault)

    def _do_right(self, fault: Extra | Wordy | Flush | Late | None, reply: str) -> None:
        if isinstance(fault, Late):
            time.sleep(fault.seconds)
        if isinstance(fault, Flush):
            self._line.throw_away(fault.quiet_seconds)
        if isinstance(fault, Wordy):
            reply = "\r\n".join([f"{reply[:3]}-{_FILLING}"] * (fault.lines - 1) + [reply])
        if reply:
            self._line.write(reply)
        if isinstance(fault, Extra):
            self._line.write(fault.reply)
