"""Sends one account's share of a batch, message by message, over one session."""

import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from postroom import faults
from postroom.accounts.model import Account
from postroom.accounts.report import ReportHealth
from postroom.accounts.reserve import Granted, Settle
from postroom.clock import Clock
from postroom.delivery.assemble import assemble
from postroom.delivery.connections import Connections
from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import Session
from postroom.delivery.model import Envelope, ReplyClass, SessionFailed, Verdict
from postroom.delivery.outcome import Outcome, change_for, outcome_of
from postroom.delivery.retry import Random, pause_after
from postroom.errors import Unavailable, Unsendable
from postroom.messages import life
from postroom.messages.handover import Handover
from postroom.messages.life import Wait
from postroom.messages.model import Attempt, Content, Mailbox, Message, Reason
from postroom.messages.ports import StoredContent
from postroom.persistence import persistently

log = logging.getLogger(__name__)

SECONDS_FOR_ONE = 8.0
"""With less than this left, no further message is begun: it goes back to the queue untouched."""

_BROKEN_SESSIONS_AT_MOST = 2
_SECONDS_FOR_SETTLING = 5.0


@dataclass(frozen=True, slots=True)
class Lot:
    granted: Granted
    messages: Sequence[Message]
    contents: Mapping[str, StoredContent]


@dataclass(slots=True)
class LotResult:
    """What was not settled.

    ``elsewhere``: this account cannot carry them now, another may. ``again``: they belong to the account's next window.
    ``unhandled``: the queue has to hand them out again. ``counted``: sends that used up quota.
    """

    elsewhere: list[Message] = field(default_factory=list)
    again: list[Message] = field(default_factory=list)
    unhandled: list[Message] = field(default_factory=list)
    counted: int = 0
    broken_sessions: int = 0


@dataclass(frozen=True, slots=True)
class SendLot:
    connections: Connections
    handover: Handover
    settle: Settle
    health: ReportHealth
    max_retries: int
    lease: timedelta
    clock: Clock
    random: Random
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, lot: Lot, deadline: Deadline) -> LotResult:
        result = LotResult()
        with self._line(lot.granted.account, deadline) as line, self._reservation(lot, result, deadline):
            left = deque(lot.messages)
            while left:
                if deadline.remaining() < SECONDS_FOR_ONE:
                    result.unhandled += left
                    break
                self._wait_for_slot(lot, len(lot.messages) - len(left))
                if self.clock() >= lot.granted.valid_until:
                    result.again += left
                    break
                fault = self._send_one(lot, left.popleft(), line, result)
                if fault and self._account_is_done(fault, result):
                    result.elsewhere += left
                    break
        return result

    def _send_one(self, lot: Lot, message: Message, line: "_Line", result: LotResult) -> Verdict | None:
        """Returns what stands against the account, if anything does."""
        try:
            return self._attempt_one(lot, message, line, result)
        except SessionFailed as failure:
            self._report_fault(line.account, failure.verdict)
            attempt = self._attempt(failure.verdict, line.account, failure.transcript)
            result.elsewhere.append(self._noted(message, attempt))
            result.broken_sessions = _BROKEN_SESSIONS_AT_MOST
            return failure.verdict
        except Unavailable:
            log.warning("A message was left for later because a store did not answer", extra=_about(message))
        except Exception as error:  # noqa: BLE001 - one poisonous message must not take its neighbours along
            fault = {"fault": faults.kinds(error), "where": faults.where(error)}
            log.error("A message could not be handled", extra=_about(message) | fault)
            words = f"It could not be handled: {type(error).__name__}"
            self._noted(message, Attempt(self.clock(), line.account.id, "fault", "unknown", words))
        result.unhandled.append(message)
        return None

    def _attempt_one(self, lot: Lot, message: Message, line: "_Line", result: LotResult) -> Verdict | None:
        account = line.account
        message_id = message.message_id or f"{message.id}@{account.config.email.rpartition('@')[2]}"
        try:
            mail = self._assembled(lot, message, message_id, account)
        except Unsendable as error:
            attempt = Attempt(self.clock(), account.id, ReplyClass.POLICY, "assembly", error.detail)
            self.handover.put_off(message, life.rejected(message, attempt))
            return None
        session = line.ready()
        claim_id = secrets.token_hex(8)
        lease_until = self.clock() + self.lease
        claimed = self.handover.claim(message, claim_id, account.id, message_id, lease_until)
        if claimed is None:
            return None
        result.counted += 1  # Until it is known that the server did not take it.
        delivery = session.deliver(Envelope(account.config.email, claimed.pending), mail, line.deadline)
        outcome = outcome_of(claimed, delivery)
        result.counted -= not outcome.counts
        try:
            recorded = self._record(claimed, claim_id, account, outcome, line.deadline)
        finally:
            self._report(account, outcome)
        if not outcome.is_account_fault:
            return None
        result.elsewhere.append(recorded)
        return outcome.verdict

    def _assembled(self, lot: Lot, message: Message, message_id: str, account: Account) -> bytes:
        stored = lot.contents.get(message.id)
        if stored is None:
            raise Unsendable("Its content is not stored any more")
        content = _with_reply_to(stored.open(), account)
        sender = Mailbox(account.config.email, account.config.sender_name)
        return assemble(content, sender, message_id, self.clock())

    def _record(
        self, claimed: Message, claim_id: str, account: Account, outcome: Outcome, deadline: Deadline
    ) -> Message:
        attempt = self._attempt(outcome.verdict, account, outcome.transcript)
        until = attempt.at + pause_after(len(claimed.attempts) + 1, self.random)
        reason = Reason.ACCOUNT if outcome.is_account_fault else Reason.RETRY
        wait = Wait(reason, outcome.verdict.words, until, until)
        change = change_for(claimed, claim_id, outcome, attempt=attempt, wait=wait, max_retries=self.max_retries)
        return self.handover.record(claimed, change, deadline.remaining)

    def _noted(self, message: Message, attempt: Attempt) -> Message:
        try:
            return self.handover.put_off(message, life.noted(message, attempt)) or message
        except Unavailable:
            log.warning("An attempt was not taken down", extra=_about(message))
            return message

    def _report(self, account: Account, outcome: Outcome) -> None:
        if outcome.is_account_fault or outcome.is_uncertain:
            self._report_fault(account, outcome.verdict)
        elif outcome.accepted:
            with _unanswered_is_logged("A recovery of an account was not noted"):
                self.health.success(account)

    def _report_fault(self, account: Account, verdict: Verdict) -> None:
        log.warning("An account met a fault", extra={"account_id": account.id, "class": str(verdict.reply_class)})
        with _unanswered_is_logged("A fault of an account was not noted"):
            self.health.fault(account, verdict)

    def _account_is_done(self, fault: Verdict, result: LotResult) -> bool:
        if fault.reply_class is not ReplyClass.INFRASTRUCTURE:
            return True
        result.broken_sessions += 1
        return result.broken_sessions >= _BROKEN_SESSIONS_AT_MOST

    def _attempt(self, verdict: Verdict, account: Account, transcript: tuple[str, ...] = ()) -> Attempt:
        return Attempt(self.clock(), account.id, verdict.reply_class, verdict.phase, verdict.words, transcript)

    def _wait_for_slot(self, lot: Lot, index: int) -> None:
        wait = (lot.granted.slot(index) - self.clock()).total_seconds()
        if wait > 0:
            self.sleep(wait)

    @contextmanager
    def _line(self, account: Account, deadline: Deadline) -> Iterator["_Line"]:
        line = _Line(self.connections, account, deadline)
        try:
            yield line
        finally:
            line.give_back()

    @contextmanager
    def _reservation(self, lot: Lot, result: LotResult, deadline: Deadline) -> Iterator[None]:
        try:
            yield
        finally:
            with _unanswered_is_logged("A reservation stays open until its window moves"):
                unused = max(0, lot.granted.count - result.counted)
                persistently(lambda: self.settle(lot.granted, unused), deadline.within(_SECONDS_FOR_SETTLING).remaining)


class _Line:
    """The session of one account while its lot is sent; a new one when it broke."""

    def __init__(self, connections: Connections, account: Account, deadline: Deadline) -> None:
        self._connections = connections
        self._session: Session | None = None
        self.account = account
        self.deadline = deadline

    def ready(self) -> Session:
        """Raises SessionFailed, and Unavailable when the password cannot be read."""
        if self._session is None:
            self._session = self._connections.take(self.account, self.deadline)
        elif not self._session.usable:
            self._session.close()
            self._session = None
            self._session = self._connections.open(self.account, self.deadline)
        return self._session

    def give_back(self) -> None:
        if self._session is not None:
            self._connections.give_back(self.account, self._session)


@contextmanager
def _unanswered_is_logged(sentence: str) -> Iterator[None]:
    # The mail is out or on its way; bookkeeping that fails now must not make it look otherwise.
    try:
        yield
    except Unavailable:
        log.warning(sentence)


def _with_reply_to(content: Content, account: Account) -> Content:
    if content.reply_to or account.config.reply_to is None:
        return content
    return replace(content, reply_to=(Mailbox(account.config.reply_to),))


def _about(message: Message) -> dict[str, object]:
    return {"tenant_id": message.tenant_id, "message_id": message.id}
