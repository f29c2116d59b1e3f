"""The mails that are on their way over one session, each begun as early as the server lets us.

Replies come in the order of the commands (RFC 2920), so each belongs to the oldest mail that still expects one.
"""

import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Phase, Reply
from postroom.delivery.smtp.conversation import Conversation, Notes, new_notes
from postroom.delivery.smtp.flow import Flow
from postroom.delivery.smtp.limits import CLOSING_LIMIT, Limits
from postroom.delivery.smtp.sayable import unsayable
from postroom.delivery.smtp.script import RESET, Manner, Segment, script_of, trial_of_chunks
from postroom.delivery.smtp.stream import Broken, HungUp, OutOfStep
from postroom.delivery.smtp.transaction import CLOSING, Transaction

WINDOW = 20
WINDOW_BYTES = 262_144
"""So many mails, or so many bytes of them, may be on their way at once."""

_MAILS_AT_ONCE = {Manner.ONE_BY_ONE: 1, Manner.PIPELINED: 2, Manner.CHUNKED: WINDOW}

FRESH_SECONDS = 2.0
"""On a clock that goes on while a Lambda is frozen."""

_NOT_KNOWN = frozenset({500, 501, 502, 503, 504, 521, 555})
"""Replies of a server that does not know a command."""


@dataclass(slots=True)
class Pipeline:
    """``misbehaviour``: in what way the server does badly what it offers, in words for the tenant.

    Until a first mail has shown that the server keeps up, the next one waits for it.
    """

    conversation: Conversation
    limits: Limits
    manner: Manner
    healthy: bool = True
    misbehaviour: str | None = None
    _deadline: Deadline = field(default_factory=lambda: Deadline.after(0))
    _on_its_way: deque[Transaction] = field(default_factory=deque)
    _octets: int = 0
    _may_be_open: bool = False
    _between: Notes = field(init=False)
    _proven: bool = False
    _has_worked: bool = False
    _filling: bool = False
    _closing: bool = False
    _spoke_on: bool = False
    _last_heard: float = 0.0

    def __post_init__(self) -> None:
        # The first mail's attempt shows how the session began.
        self._between = self.conversation.notes

    def run(self, flow: Flow, deadline: Deadline) -> None:
        """Until ``flow`` has no more and all is answered, or the connection is of no use any more."""
        self._deadline = deadline
        if time.time() - self._last_heard > FRESH_SECONDS:
            # It may be dead: a whole window would be in doubt before that is known.
            self._proven = False
        while True:
            self._hand_back(flow)
            while self.healthy and (transaction := self._next_to_speak(flow)):
                self._say(transaction, flow)
            if not self._on_its_way:
                return
            if not self._on_its_way[0].is_over:
                self._hear()

    def _next_to_speak(self, flow: Flow) -> Transaction | None:
        youngest = self._on_its_way[-1] if self._on_its_way else None
        if youngest and youngest.goes_on:
            return youngest
        room = self._room()
        return self._begun(flow, room) if room > 0 else None

    def _room(self) -> int:
        """Filled up when a quarter is free: what feeds us does better with some at once."""
        at_once, count = _MAILS_AT_ONCE[self.manner] if self._proven else 1, len(self._on_its_way)
        self._filling = self._filling or count <= at_once * 3 // 4
        is_free = self._filling and self._octets < WINDOW_BYTES and not (count and self._on_its_way[-1].segments)
        return at_once - count if is_free else 0

    def _begun(self, flow: Flow, room: int) -> Transaction | None:
        if not self._on_its_way and not self.conversation.stream.is_quiet():
            self._hear_what_nobody_asked()
            return None
        mail = flow.next(room=room, wait=not self._on_its_way)
        if mail is None:
            self._filling = False
            return None
        self._filling = room > 1
        transaction = Transaction(mail, unsayable(mail, self.conversation.esmtp_features), self._between)
        self._between = new_notes()
        self._on_its_way.append(transaction)
        self._octets += len(mail.content)
        self._give_script(transaction)
        return transaction if transaction.goes_on else None

    def _give_script(self, transaction: Transaction) -> None:
        mail, features = transaction.mail, self.conversation.esmtp_features
        if self.manner is Manner.CHUNKED and not self._proven:
            transaction.follow(trial_of_chunks(mail, transaction.open, features))
        else:
            transaction.follow(script_of(mail, transaction.open, self.manner, features))
        if self._may_be_open and transaction.segments:
            # Else it would go to the recipients of the mail before.
            alone = self.manner is Manner.ONE_BY_ONE
            transaction.segments.appendleft([RESET] if alone else [RESET, *transaction.segments.popleft()])

    def _say(self, transaction: Transaction, flow: Flow) -> None:
        segment = transaction.segments.popleft()
        try:
            if self._was_answered_early(transaction, segment):
                return
            # A final dot ends a mail whatever the answer (RFC 5321, 4.1.1.4); a refused chunk may not (RFC 3030).
            self._may_be_open = self.manner is not Manner.PIPELINED or segment[-1].phase is not Phase.FINAL_DOT
            spoken = [(transaction, segment), *self._behind_the_dot(segment, flow)]
            position = self.conversation.stream.sent
            for speaker, said in spoken:
                position = speaker.begin(said, position)
            self.conversation.say([(speaker.notes, said) for speaker, said in spoken], self._limit(segment[-1].phase))
        except Broken as error:
            ended = isinstance(error, HungUp) or self._deadline.remaining() <= 0
            if ended and any(other.expected for other in self._on_its_way):
                # What the server said before the end is still to be heard.
                self.healthy = False
            else:
                self._lose(error)

    def _behind_the_dot(self, segment: Segment, flow: Flow) -> list[tuple[Transaction, Segment]]:
        """The next mail's commands, to be answered together with the dot.

        Answered by itself, the dot would hold their answer up until it is acknowledged (Nagle's algorithm).
        """
        if self.manner is not Manner.PIPELINED or segment[-1].phase is not Phase.FINAL_DOT or not self._proven:
            return []
        following = self._begun(flow, 1)
        self._may_be_open = following is not None
        return [(following, following.segments.popleft())] if following else []

    def _was_answered_early(self, transaction: Transaction, segment: Segment) -> bool:
        """Where no reply is due, none may come, least of all before the final dot."""
        if any(other.expected for other in self._on_its_way):
            return False
        if segment[0].phase not in {Phase.BODY, Phase.FINAL_DOT}:
            if self.conversation.stream.has_unread:
                raise OutOfStep("The server spoke out of turn")
            return False
        if self.conversation.stream.is_quiet():
            return False
        reply = self._listen(transaction, Phase.BODY)
        if self.manner is Manner.CHUNKED and reply.code != CLOSING:
            raise OutOfStep("The server spoke out of turn")
        transaction.answered_early(reply)
        self._go()
        return True

    def _hear_what_nobody_asked(self) -> None:
        """A farewell, or a reply too many: then none of them can be told from the others."""
        self.healthy = False
        self.conversation.notes = self._between
        with suppress(Broken):
            reply = self.conversation.listen(self._deadline.within(CLOSING_LIMIT))
            if reply.code != CLOSING and self.manner is not Manner.ONE_BY_ONE:
                self.misbehaviour = "The server says more than it was asked"

    def _hear(self) -> None:
        head = self._on_its_way[0]
        try:
            if not head.expected:
                raise HungUp("The session was over")
            self._heed(head, self._listen(head, head.phase))
            while head.expected and self.conversation.stream.has_unread:
                self._heed(head, self._listen(head, head.phase))
        except Broken as error:
            self._lose(error)

    def _heed(self, head: Transaction, reply: Reply) -> None:
        if head.phase is Phase.DATA and self.manner is Manner.CHUNKED and reply.code in _NOT_KNOWN and head.open:
            raise OutOfStep(f"The server offers CHUNKING and says: {reply}")
        self._last_heard = time.time()
        self._spoke_on = self._closing
        head.heard(reply)
        if head.closing:
            self._go()

    def _go(self) -> None:
        """Nothing more is said, and what may still come is not waited for as long."""
        if not self._closing:
            self._deadline = self._deadline.within(CLOSING_LIMIT)
        self.healthy, self._closing = False, True

    def _listen(self, transaction: Transaction, phase: Phase) -> Reply:
        self.conversation.notes = transaction.notes
        return self.conversation.listen(self._limit(phase))

    def _lose(self, error: Broken) -> None:
        """The connection is of no use any more, and what is not answered will not be."""
        self.healthy = False
        self._note_misbehaviour(error)
        # A server that gave notice and went has taken nothing that it did not answer. Some only say so, and go on.
        left_in_order = self._closing and not self._spoke_on and isinstance(error, HungUp)
        for transaction in self._on_its_way:
            reached = transaction.doubt_at is not None and self.conversation.stream.sent >= transaction.doubt_at
            doubtful = reached and not left_in_order
            if self._has_worked and isinstance(error, HungUp) and not (doubtful or transaction.was_heard):
                transaction.withdraw()
            else:
                transaction.lost(str(error), doubtful=doubtful)
        self.conversation.close()

    def _note_misbehaviour(self, error: Broken) -> None:
        if self.manner is Manner.ONE_BY_ONE or self._closing:
            return
        head = self._on_its_way[0]
        # A server that goes without a word between two mails leaves all behind in doubt, and may do so again.
        went_silently = isinstance(error, HungUp) and len(self._on_its_way) > 1 and not head.is_half_answered
        if isinstance(error, OutOfStep) or went_silently or (not self._proven and head.is_half_answered):
            self.misbehaviour = str(error)

    def _hand_back(self, flow: Flow) -> None:
        while self._on_its_way and self._on_its_way[0].is_over:
            transaction = self._on_its_way.popleft()
            self._octets -= len(transaction.mail.content)
            if transaction.withdrawn:
                flow.back(transaction.mail)
                continue
            flow.done(transaction.mail, transaction.delivery())
            self._has_worked = self._has_worked or transaction.was_heard
            self._proven = self._proven or transaction.was_said
            if self.manner is Manner.ONE_BY_ONE and transaction.was_heard:
                self._may_be_open = not transaction.was_taken

    def _limit(self, phase: Phase) -> Deadline:
        return self._deadline.within(self.limits[phase])
