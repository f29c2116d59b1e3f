"""One mail's transaction: what is still to be said for it, and what the replies say of its recipients."""

from collections import deque
from collections.abc import Iterable, Mapping

from postroom.delivery.model import Delivery, Mail, Phase, Reply, ReplyClass, Verdict
from postroom.delivery.smtp.conversation import Notes
from postroom.delivery.smtp.replies import classify
from postroom.delivery.smtp.script import ACCEPTED, GO_AHEAD, RESET, Segment, Step
from postroom.delivery.smtp.stream import Broken, HungUp, OutOfStep

CLOSING = 421
_LATER = 4


class Transaction:
    """``expected``: steps whose replies are due. ``doubt_at``: from that byte of the stream on, it may be delivered.

    ``closing``: the server has said that it goes. ``was_heard``: something of it was answered.
    ``was_taken``: it was accepted.
    """

    def __init__(self, mail: Mail, settled: Mapping[str, Verdict], notes: Notes) -> None:
        self.mail = mail
        self.notes = notes
        self.segments: deque[Segment] = deque()
        self.expected: deque[Step] = deque()
        self.doubt_at: int | None = None
        self.was_taken = False
        self.closing = False
        self.was_heard = False
        self.withdrawn = False
        self._verdicts = dict(settled)
        self._open = [address for address in dict.fromkeys(mail.envelope.recipients) if address not in settled]
        self._refused_together: tuple[str, ...] = ()
        self._phase = Phase.MAIL
        self._answers = 0

    @property
    def open(self) -> tuple[str, ...]:
        """Who has no verdict yet."""
        return tuple(self._open)

    @property
    def phase(self) -> Phase:
        return self.expected[0].phase if self.expected else self._phase

    @property
    def is_half_answered(self) -> bool:
        return self._answers > 0 and bool(self.expected)

    @property
    def was_said(self) -> bool:
        """Whether its last word went out and the server answered."""
        return self.doubt_at is not None and self._answers > 0

    @property
    def goes_on(self) -> bool:
        """Whether its next segment may be said."""
        return bool(self.segments and self._open and not self.expected)

    @property
    def is_over(self) -> bool:
        return not self.expected and not self.goes_on

    def follow(self, script: Iterable[Segment]) -> None:
        self.segments = deque(script)

    def begin(self, segment: Segment, position: int) -> int:
        """Its next segment goes out. From the byte of the stream with which it begins to the one behind its end."""
        self._answers = 0
        self._phase = segment[-1].phase
        self.expected.extend([step for step in segment if step.expects is not None])
        end = position + sum([len(step.octets) for step in segment])
        if self._phase is Phase.FINAL_DOT:
            # The dot counts once it is out, whatever becomes of the end of its line.
            self.doubt_at = end - len(b"\r\n")
        return end

    def heard(self, reply: Reply) -> None:
        """Raises Broken when nothing more can be said, OutOfStep for a reply that is none to what was asked."""
        step = self.expected.popleft()
        self._answers += 1
        self.was_heard = self.was_heard or step is not RESET
        self._phase = step.phase
        if step is RESET:
            self._after_reset(reply)
        elif reply.code // 100 == step.expects:
            self._went_well(step, reply)
        elif reply.code // 100 in {ACCEPTED, GO_AHEAD}:
            raise OutOfStep("The server's answer does not fit the question")
        else:
            self._went_wrong(step, reply)
        self.was_taken = step.phase is Phase.FINAL_DOT and reply.code // 100 == ACCEPTED

    def answered_early(self, reply: Reply) -> None:
        """A server that answers before the end has refused, gone away, or lost its place: it never has accepted."""
        self._phase = Phase.BODY
        if reply.code // 100 in {ACCEPTED, GO_AHEAD}:
            raise OutOfStep("The server spoke out of turn")
        self._refuse(reply, Phase.BODY)
        self.closing = True

    def lost(self, words: str, *, doubtful: bool) -> None:
        """Nothing more will be heard. ``doubtful``: its last byte may have been read."""
        reply_class = ReplyClass.UNCERTAIN if doubtful else ReplyClass.INFRASTRUCTURE
        phase = Phase.FINAL_DOT if doubtful else self.phase
        self._settle_open(Verdict(reply_class, phase, words))
        self.expected.clear()
        self.segments.clear()

    def withdraw(self) -> None:
        """It is as if nothing had been said of it."""
        self.withdrawn = True
        self.expected.clear()
        self.segments.clear()

    def delivery(self) -> Delivery:
        verdicts = {address: self._verdicts[address] for address in self.mail.envelope.recipients}
        return Delivery(verdicts, tuple(self.notes))

    def _after_reset(self, reply: Reply) -> None:
        # With the transaction before it still open, this mail would go to the recipients of that one.
        if reply.code == CLOSING:
            self._refuse(reply, Phase.MAIL)
        elif reply.code // 100 == _LATER:
            raise HungUp(f"The server is about to go: {reply}")
        elif reply.code // 100 != ACCEPTED:
            raise OutOfStep("The server refuses RSET")

    def _went_well(self, step: Step, reply: Reply) -> None:
        if step.phase is Phase.DATA and not self._open:
            # As RFC 2920, section 3.1, foresees. To end it with an empty mail is left to others.
            raise Broken("The server wants content that is for nobody")
        if step.phase is not Phase.FINAL_DOT:
            return
        self._doubt_refusals()
        self._settle_open(Verdict(ReplyClass.ACCEPTED, step.phase, str(reply), reply))

    def _went_wrong(self, step: Step, reply: Reply) -> None:
        if step.phase is Phase.RCPT and step.recipient in self._open and reply.code != CLOSING:
            self._settle(step.recipient, Verdict(classify(reply, Phase.RCPT), Phase.RCPT, str(reply), reply))
        elif self._open:
            self._refuse(reply, step.phase)

    def _refuse(self, reply: Reply, phase: Phase) -> None:
        reply_class = classify(reply, phase)
        # Which of several recipients is meant, nobody can say.
        if reply_class is ReplyClass.RECIPIENT and len(self._open) > 1:
            reply_class = ReplyClass.POLICY
        self._refused_together += self.open
        self.closing = self.closing or reply.code == CLOSING
        self._settle_open(Verdict(reply_class, phase, str(reply), reply))

    def _doubt_refusals(self) -> None:
        """The server took in the end what it had refused."""
        words = "The server refused it and then took it"
        for address in self._refused_together:
            self._verdicts[address] = Verdict(ReplyClass.UNCERTAIN, Phase.FINAL_DOT, words)

    def _settle(self, address: str, verdict: Verdict) -> None:
        self._verdicts[address] = verdict
        self._open.remove(address)

    def _settle_open(self, verdict: Verdict) -> None:
        for address in self.open:
            self._settle(address, verdict)
