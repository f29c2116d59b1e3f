"""One mail transaction, phase by phase, so that it is always known how far it came."""

import re

from postroom.delivery.conversation import Conversation
from postroom.delivery.deadline import Deadline
from postroom.delivery.limits import Limits
from postroom.delivery.model import Delivery, Envelope, Phase, Reply, ReplyClass, Verdict
from postroom.delivery.replies import classify
from postroom.delivery.stream import Broken
from postroom.delivery.wire import fault_of_lines

_PATH = re.compile(r"[!-;=?-~]+")
_ACCEPTED, _GO_AHEAD = 2, 3
_CLOSING = 421


class _Refused(Exception):
    """The server refused something that concerns every recipient without a verdict."""

    def __init__(self, reply: Reply, *, in_step: bool = True) -> None:
        super().__init__()
        self.reply = reply
        self.can_go_on = in_step and reply.code != _CLOSING


class Transaction:
    """After ``run``, ``healthy`` says whether the session can go on, and ``finished`` whether it needs no RSET."""

    def __init__(self, conversation: Conversation, limits: Limits, deadline: Deadline) -> None:
        self._conversation = conversation
        self._limits = limits
        self._deadline = deadline
        self._phase = Phase.MAIL
        self._verdicts: dict[str, Verdict] = {}
        self._open: list[str] = []
        self.healthy = True
        self.finished = True

    def run(self, envelope: Envelope, content: bytes) -> Delivery:
        self._open = list(dict.fromkeys(envelope.recipients))
        self._refuse_what_cannot_be_said(envelope, content)
        if self._open:
            self._converse(envelope.sender, content)
        return Delivery({recipient: self._verdicts[recipient] for recipient in envelope.recipients})

    def _refuse_what_cannot_be_said(self, envelope: Envelope, content: bytes) -> None:
        for recipient in tuple(self._open):
            if not _PATH.fullmatch(recipient):
                self._settle(recipient, _policy("The recipient's address cannot be put into a command"))
        if not _PATH.fullmatch(envelope.sender):
            self._settle_open(_policy("The sender's address cannot be put into a command"))
        if fault := fault_of_lines(content) or self._beyond_the_server(content):
            self._settle_open(_policy(fault))

    def _beyond_the_server(self, content: bytes) -> str | None:
        size = self._conversation.esmtp_features.get("size", "")
        if size.isdigit() and 0 < int(size) < len(content):
            return f"The message has {len(content)} bytes, and the server takes {size} at most"
        if not content.isascii() and not self._conversation.has_extn("8bitmime"):
            return "The message has 8-bit content, and the server does not take it"
        return None

    def _converse(self, sender: str, content: bytes) -> None:
        self.finished = False
        try:
            self._mail(sender, content)
            self._recipients()
            if self._open:
                self._data()
                self._body(content)
                self._final_dot()
        except _Refused as refusal:
            self.healthy = refusal.can_go_on
            self._settle_open(self._refusal(refusal.reply))
        except Broken as error:
            self.healthy = False
            uncertain = self._phase is Phase.FINAL_DOT
            reply_class = ReplyClass.UNCERTAIN if uncertain else ReplyClass.INFRASTRUCTURE
            self._settle_open(Verdict(reply_class, self._phase, str(error)))

    def _mail(self, sender: str, content: bytes) -> None:
        parameters = f" SIZE={len(content)}" if self._conversation.has_extn("size") else ""
        if not content.isascii():
            parameters += " BODY=8BITMIME"
        reply = self._ask(Phase.MAIL, f"MAIL FROM:<{sender}>{parameters}")
        self._expect(reply, _ACCEPTED)

    def _recipients(self) -> None:
        for recipient in tuple(self._open):
            reply = self._ask(Phase.RCPT, f"RCPT TO:<{recipient}>")
            if reply.code == _CLOSING:
                raise _Refused(reply)
            if reply.code // 100 != _ACCEPTED:
                self._settle(recipient, Verdict(classify(reply, Phase.RCPT), Phase.RCPT, str(reply), reply))

    def _data(self) -> None:
        self._expect(self._ask(Phase.DATA, "DATA"), _GO_AHEAD)

    def _body(self, content: bytes) -> None:
        stuffed = content.replace(b"\r\n.", b"\r\n..")
        if stuffed.startswith(b"."):
            stuffed = b"." + stuffed
        if not stuffed.endswith(b"\r\n"):
            stuffed += b"\r\n"
        self._conversation.write(stuffed, f"({len(content)} bytes)", self._limit(Phase.BODY))

    def _final_dot(self) -> None:
        if self._deadline.remaining() <= 0:
            raise Broken("The time ran out before the message was complete")
        if not self._conversation.stream.is_quiet():
            self._hear_the_early_answer()
        # From here on the server may have the whole message.
        limit = self._limit(Phase.FINAL_DOT)
        self._conversation.write(b".\r\n", ".", limit)
        reply = self._conversation.listen(limit)
        self._expect(reply, _ACCEPTED)
        self.finished = True
        self._settle_open(Verdict(ReplyClass.ACCEPTED, Phase.FINAL_DOT, str(reply), reply))

    def _hear_the_early_answer(self) -> None:
        """A server that answers before the end has refused, gone away, or lost its place: never accepted."""
        reply = self._conversation.listen(self._limit(Phase.BODY))
        if reply.code // 100 in {_ACCEPTED, _GO_AHEAD}:
            raise Broken("The server spoke out of turn")
        raise _Refused(reply, in_step=False)

    def _ask(self, phase: Phase, command: str) -> Reply:
        reply = self._conversation.ask(command, self._limit(phase))
        if reply.code // 100 == _GO_AHEAD and phase is not Phase.DATA:
            raise Broken("The server's answer does not fit the question")
        return reply

    def _expect(self, reply: Reply, first_digit: int) -> None:
        if reply.code // 100 == first_digit:
            return
        if reply.code // 100 in {_ACCEPTED, _GO_AHEAD}:
            raise Broken("The server's answer does not fit the question")
        raise _Refused(reply)

    def _refusal(self, reply: Reply) -> Verdict:
        reply_class = classify(reply, self._phase)
        # Which of several recipients is meant, nobody can say.
        if reply_class is ReplyClass.RECIPIENT and len(self._open) > 1:
            reply_class = ReplyClass.POLICY
        return Verdict(reply_class, self._phase, str(reply), reply)

    def _limit(self, phase: Phase) -> Deadline:
        self._phase = phase
        return self._deadline.within(self._limits[phase])

    def _settle(self, recipient: str, verdict: Verdict) -> None:
        self._verdicts[recipient] = verdict
        self._open.remove(recipient)

    def _settle_open(self, verdict: Verdict) -> None:
        for recipient in tuple(self._open):
            self._settle(recipient, verdict)


def _policy(words: str) -> Verdict:
    return Verdict(ReplyClass.POLICY, Phase.MAIL, words)
