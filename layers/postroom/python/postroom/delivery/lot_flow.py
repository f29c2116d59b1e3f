"""Feeds a session with one lot: claims a few messages ahead, and records what became of each.

At most a window of messages is claimed and not yet recorded: so many are in doubt when the sender dies.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field
from datetime import datetime

from postroom import faults
from postroom.accounts.ceilings import unit_of
from postroom.accounts.limits import Demand
from postroom.accounts.model import QuotaUnit, Tally
from postroom.accounts.reserve import Granted
from postroom.delivery.deadline import Deadline
from postroom.delivery.demand import demand_of
from postroom.delivery.model import Delivery, Mail, Phase, ReplyClass, Verdict
from postroom.delivery.outcome import Outcome, outcome_of
from postroom.delivery.scribe import Claimed, Scribe
from postroom.delivery.smtp.pipeline import WINDOW
from postroom.errors import Unavailable
from postroom.messages.model import Attempt, Message
from postroom.messages.ports import StoredContent

log = logging.getLogger(__name__)

SECONDS_FOR_ONE = 8.0
"""With less than this left, no further message is begun: it goes back to the queue untouched."""

_WRITES_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Lot:
    granted: Granted
    messages: Sequence[Message]
    contents: Mapping[str, StoredContent]

    def units(self, message: Message) -> int:
        return demand_of(message).units(self._unit)

    def units_used(self, outcome: Outcome) -> int:
        """Nothing for recipients whom the server refused."""
        return Demand(outcome.reached).units(self._unit) if outcome.counts else 0

    @property
    def _unit(self) -> QuotaUnit:
        return unit_of(self.granted.account.config)


@dataclass(slots=True)
class LotResult:
    """What was not settled.

    ``elsewhere``: this account cannot carry them now, another may. ``again``: they belong to the account's next window.
    ``unhandled``: the queue has to hand them out again. ``counted``: units of the quota that were used up. ``tries``:
    what became of them, by its name.
    """

    elsewhere: list[Message] = field(default_factory=list)
    again: list[Message] = field(default_factory=list)
    unhandled: list[Message] = field(default_factory=list)
    counted: int = 0
    tries: Counter[str] = field(default_factory=Counter)
    last_success: datetime | None = None

    @property
    def tally(self) -> Tally:
        return Tally(dict(self.tries), self.last_success)


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
        self._records: dict[Future[Message], tuple[Claimed, Outcome]] = {}
        self._pool = ThreadPoolExecutor(_WRITES_AT_ONCE)

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
                self._taken.append(self._ready.popleft())
                return self._taken[-1].mail
            if not (wait and self.has_more):
                return None
            wait_for(self._records)
        return None

    def done(self, mail: Mail, delivery: Delivery) -> None:
        claimed = self._returned(mail)
        outcome = outcome_of(claimed.message, delivery)
        self.accepted = self.accepted or outcome.accepted
        if outcome.is_account_fault or outcome.is_uncertain:
            self._faults.setdefault(outcome.verdict.reply_class, outcome.verdict)
        self._count(outcome)
        self._record(claimed, outcome)

    def _count(self, outcome: Outcome) -> None:
        self._result.tries[outcome.counted_as] += 1
        if outcome.accepted:
            self._result.last_success = self._scribe.clock()

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
            self._result.tries[attempt.outcome] += 1
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
        return claimed

    # Claiming

    def _claim_ahead(self, room: int, *, wait: bool) -> None:
        count = min(room, self._free(room), len(self._left))
        worth_it = wait or count > min(room, len(self._left)) // 2
        if count <= 0 or not worth_it or self._is_too_late() or not self._slot_is_there(wait=wait):
            return
        messages = self._next_messages(count)
        for claimed in self._pool.map(self._claim, messages):
            if claimed is not None:
                # Counts until it is known that the server did not take it.
                self._result.counted += self._lot.units(claimed.message)
                self._ready.append(claimed)

    def _next_messages(self, count: int) -> list[Message]:
        """A large one comes alone: assembled, it is several times as large."""
        messages = [self._left.popleft()]
        while len(messages) < count and not any(map(self._is_large, (messages[-1], self._left[0]))):
            messages.append(self._left.popleft())
        return messages

    def _is_large(self, message: Message) -> bool:
        stored = self._lot.contents.get(message.id)
        return stored is not None and stored.is_large

    def _free(self, room: int) -> int:
        # A session that takes one at a time leaves one in doubt, not a window.
        window = 1 if room + len(self._taken) == 1 else self._window
        return window - len(self._taken) - len(self._records)

    def _is_too_late(self) -> bool:
        if self._deadline.remaining() < SECONDS_FOR_ONE:
            self.leave()
        elif self._scribe.clock() >= self._lot.granted.valid_until:
            self._result.again += self._left
            self._left.clear()
        return not self._left

    def _slot_is_there(self, *, wait: bool) -> bool:
        index = len(self._lot.messages) - len(self._left)
        pause = (self._lot.granted.slot(index) - self._scribe.clock()).total_seconds()
        if pause > 0 and wait:
            self._sleep(pause)
        return pause <= 0 or wait

    def _claim(self, message: Message) -> Claimed | None:
        try:
            return self._scribe.claim(message, self._account, self._lot.contents.get(message.id))
        except Unavailable:
            log.warning("A message was left for later because a store did not answer", extra=identity(message))
        except Exception as error:  # noqa: BLE001 - one poisonous message must not take its neighbours along
            self._note_poison(message, error)
        self._result.unhandled.append(message)
        return None

    def _note_poison(self, message: Message, error: Exception) -> None:
        log.error("A message could not be handled", extra=identity(message) | faults.described(error))
        words = f"It could not be handled: {type(error).__name__}"
        try:
            self._scribe.note(message, Attempt(self._scribe.clock(), self._account.id, "fault", "unknown", words))
        except Exception as again:  # noqa: BLE001 - what cannot be read cannot be noted either
            log.error("A fault was not noted", extra=identity(message) | faults.described(again))

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


def identity(message: Message) -> dict[str, object]:
    """What a log line may say of a message."""
    return {"tenant_id": message.tenant_id, "message_id": message.id}
