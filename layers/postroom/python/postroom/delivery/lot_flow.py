"""Feeds a session with one lot: claims a few messages ahead, and records what became of each.

At most a window of messages is claimed and not yet recorded: so many are in doubt when the sender dies.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from datetime import datetime

from postroom import faults
from postroom.delivery.claiming import Claiming
from postroom.delivery.deadline import Deadline
from postroom.delivery.lot_model import SECONDS_FOR_ONE, Lot, LotResult, identity
from postroom.delivery.model import Delivery, Mail, Phase, ReplyClass, Verdict
from postroom.delivery.outcome import Outcome, outcome_of
from postroom.delivery.scribe import Claimed, Prepared, Scribe
from postroom.delivery.smtp.pipeline import WINDOW
from postroom.messages.model import Attempt, Message

log = logging.getLogger(__name__)

_WRITES_AT_ONCE = 10

_FILLED_IN_BETWEEN_ANSWERS = 2
"""So many templates while mails are on their way: meanwhile nobody reads what the server says to them."""


Faults = Mapping[ReplyClass, Verdict]


class LotFlow:
    """Hands out nothing more once something stands against the account, until the next session.

    ``touched``: whether this session has said anything; ``accepted``: whether its server has taken anything.
    """

    def __init__(
        self, lot: Lot, scribe: Scribe, deadline: Deadline, result: LotResult, sleep: Callable[[float], None]
    ) -> None:
        self.accepted = False
        self.touched = False
        self._left = deque(lot.messages)
        self._faults: dict[ReplyClass, Verdict] = {}
        self._lot = lot
        self._account = lot.granted.account
        self._scribe = scribe
        self._sleep = sleep
        self._deadline = deadline
        self._result = result
        self._window = 1 if lot.granted.spacing else WINDOW
        self._ready: deque[Claimed] = deque()
        self._taken: deque[Claimed] = deque()
        self._withdrawn: list[Claimed] = []
        self._filled_in = 0
        self._handed_out_at: datetime | None = None
        self._records: dict[Future[Message], tuple[Claimed, Outcome]] = {}
        self._pool = ThreadPoolExecutor(_WRITES_AT_ONCE)
        self._claiming = Claiming(lot, scribe, self._pool, deadline, result)

    @property
    def has_more(self) -> bool:
        return bool(self._left or self._ready)

    def next(self, *, room: int, wait: bool) -> Mail | None:
        while not self._faults:
            self._reap()
            self._withdraw_what_is_too_late()
            if not self._ready:
                self._claim_ahead(room, wait=wait)
            if self._ready:
                return self._handed_out(self._ready.popleft())
            if not (wait and self.has_more):
                return None
            wait_for(self._records)
        return None

    def _handed_out(self, claimed: Claimed) -> Mail:
        self._handed_out_at = self._scribe.clock()
        self._taken.append(claimed)
        return claimed.mail

    def done(self, mail: Mail, delivery: Delivery) -> None:
        claimed = self._returned(mail)
        outcome = outcome_of(claimed.message, claimed.secrets.hidden_in_delivery(delivery))
        self.accepted = self.accepted or outcome.accepted
        if outcome.is_account_fault or outcome.is_uncertain:
            self._faults.setdefault(outcome.verdict.reply_class, outcome.verdict)
        self._count(outcome)
        self._record(claimed, outcome)

    def _count(self, outcome: Outcome) -> None:
        now = self._scribe.clock()
        self._result.count(as_what=outcome.counted_as, of_class=outcome.counted_in, at=now)
        if outcome.accepted:
            self._result.last_success = now

    def back(self, mail: Mail) -> None:
        self._withdrawn.append(self._returned(mail))

    def next_session(self) -> Faults:
        """What has come up against the account in the session before."""
        self._ready.extendleft(reversed(self._withdrawn))
        self._withdrawn = []
        against, self._faults, self.touched, self.accepted = self._faults, {}, False, False
        return against

    def give_up(self, attempt: Attempt | None = None) -> None:
        """This account cannot carry the rest now. ``attempt``: what was tried for the first of them."""
        if attempt and self._left:
            self._left[0] = self._scribe.note(self._left[0], attempt)
            self._result.count(as_what=attempt.outcome, of_class=attempt.outcome, at=attempt.at)
        self._result.elsewhere += self._left
        self._left.clear()

    def leave(self) -> None:
        """The queue has to hand out the rest again."""
        self._result.unhandled += self._left
        self._left.clear()

    def abandon(self) -> None:
        """Also what was handed out comes again: it stays claimed, since nobody knows how far it came."""
        self.leave()
        self._result.unhandled += [claimed.message for claimed in self._taken]

    def finish(self) -> None:
        """Records what is left in our hands; nothing of it was said to any server."""
        with self._pool:
            self._record_unsaid((*self._withdrawn, *self._ready), "The session was over before its turn")
        self._reap()

    def _returned(self, mail: Mail) -> Claimed:
        self.touched = True
        claimed = self._taken.popleft()
        if claimed.mail is not mail:
            raise RuntimeError("A session answered for a mail that is not the next one")
        self._filled_in = 0
        return claimed

    # Claiming

    def _claim_ahead(self, room: int, *, wait: bool) -> None:
        count = min(room, self._free(room), len(self._left))
        worth_it = wait or count > min(room, len(self._left)) // 2
        slot = self._next_slot()
        if count <= 0 or not worth_it or self._is_too_late() or not (wait or self._until(slot) <= 0):
            return
        # All before the first is claimed: it can take long, and what is claimed is in doubt.
        prepared = self._claiming.prepare(self._next_messages(count, wait=wait))
        if prepared and self._comes(slot, prepared):
            self._take(self._claiming.claim(prepared))

    def _comes(self, slot: datetime, prepared: Sequence[Prepared]) -> bool:
        """Waits for the slot, unless it is too late by then."""
        pause = self._until(slot)
        if self._is_too_late(prepared, pause):
            return False
        if pause > 0:
            self._sleep(pause)
        return not self._is_too_late(prepared)

    def _take(self, several: Iterable[Claimed]) -> None:
        for claimed in several:
            # Counts until it is known that the server did not take it.
            self._result.counted += self._lot.units(claimed.message)
            self._ready.append(claimed)

    def _next_messages(self, count: int, *, wait: bool) -> list[Message]:
        """None while the session had better read its answers."""
        if wait:  # there are none
            self._filled_in = 0
        messages: list[Message] = []
        while len(messages) < count and self._goes_with(messages, self._left[0]):
            messages.append(self._left.popleft())
            self._filled_in += bool(messages[-1].template and not wait)
        return messages

    def _goes_with(self, messages: Sequence[Message], following: Message) -> bool:
        """A large one comes alone: assembled, it is several times as large."""
        if following.template and self._filled_in >= _FILLED_IN_BETWEEN_ANSWERS:
            return False
        return not messages or not any(map(self._is_large, (messages[-1], following)))

    def _is_large(self, message: Message) -> bool:
        stored = self._lot.contents.get(message.id)
        return stored is not None and stored.is_large

    def _free(self, room: int) -> int:
        # A session that takes one at a time leaves one in doubt, not a window.
        window = 1 if room + len(self._taken) == 1 else self._window
        return window - len(self._taken) - len(self._records)

    def _is_too_late(self, prepared: Sequence[Prepared] = (), pause: float = 0.0) -> bool:
        """If so, or after so many seconds, all that is left goes back untouched, and what was prepared of it."""
        short = self._deadline.remaining() - max(0.0, pause) < SECONDS_FOR_ONE
        too_late = short or self._scribe.clock() >= self._lot.granted.valid_until
        if too_late:
            untouched = self._result.unhandled if short else self._result.again
            untouched += (*(one.message for one in prepared), *self._left)
            self._left.clear()
        return too_late

    def _next_slot(self) -> datetime:
        """A mail that came late to its own has none of those behind it follow sooner than the account's pace."""
        granted = self._lot.granted
        slot = granted.slot(len(self._lot.messages) - len(self._left))
        return max(slot, self._handed_out_at + granted.spacing) if self._handed_out_at else slot

    def _until(self, moment: datetime) -> float:
        return (moment - self._scribe.clock()).total_seconds()

    # Recording

    def _withdraw_what_is_too_late(self) -> None:
        """What was claimed in time, and was not said: the window in which it is counted has ended."""
        if self._ready and self._scribe.clock() >= self._lot.granted.valid_until:
            self._record_unsaid(self._ready, "The day in which it is counted was over before its turn")
            self._ready.clear()

    def _record_unsaid(self, unsaid: Iterable[Claimed], words: str) -> None:
        verdict = Verdict(ReplyClass.INFRASTRUCTURE, Phase.CONNECT, words)
        for claimed in unsaid:
            delivery = Delivery(dict.fromkeys(claimed.mail.envelope.recipients, verdict))
            self._record(claimed, outcome_of(claimed.message, delivery))

    def _record(self, claimed: Claimed, outcome: Outcome) -> None:
        self._result.counted -= self._lot.units(claimed.message) - self._lot.units_used(outcome)
        future = self._pool.submit(self._scribe.record, claimed, self._account, outcome, self._deadline)
        self._records[future] = claimed, outcome

    def _reap(self) -> None:
        for future in [future for future in self._records if future.done()]:
            claimed, outcome = self._records.pop(future)
            error = future.exception()
            if error is not None:
                log.error("An outcome was not stored", extra=identity(claimed.message) | faults.described(error))
                self._result.unhandled.append(claimed.message)
            elif outcome.is_account_fault:
                self._result.elsewhere.append(future.result())
