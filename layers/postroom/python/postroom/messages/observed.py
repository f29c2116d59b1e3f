"""Tells of each message what was written of it: one log line and one count for each outcome.

What is told is read off the write that was applied, so that nothing is counted that was not stored, and nothing twice.
A write whose answer was lost is refused when boto3 repeats it, and is known by its attempt. Not told are such a write
without an attempt, and one whose function died: the row is what holds.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from postroom.audit.model import Entries
from postroom.change import Append, Change, Set
from postroom.clock import Clock
from postroom.conditional import Applied, Refused
from postroom.messages.model import ASSEMBLY, Attempt, Message, Priority, Reason, Status
from postroom.messages.ports import Departure, Due, Filter, MessageStore, Queues, Ticket, Watch, Watched
from postroom.messages.record import attempt_record
from postroom.metrics.model import ACCEPTED, DEFERRED, FAILED, PUT_OFF, SENT, TIME_TO_SEND, UNCERTAIN
from postroom.metrics.ports import Meter
from postroom.paging import Page, PageRequest

log = logging.getLogger(__name__)

SENTENCES: Mapping[Status, str | None] = {
    Status.SCHEDULED: None,
    Status.QUEUED: None,  # told by the queue that takes it
    Status.SENDING: None,  # its outcome follows, or it is in doubt
    Status.DEFERRED: "A message was put off",
    Status.SENT: "A message was sent",
    Status.FAILED: "A message failed",
    Status.CANCELLED: "A message was cancelled",
    Status.SUPPRESSED: "A message was suppressed",
    Status.UNCERTAIN: "A message is in doubt",
    Status.DELIVERED: "A message was delivered",
    Status.BOUNCED: "A message bounced",
    Status.COMPLAINED: "A message was complained of",
}
"""What a log says when a message has come to a status."""

UNSENDABLE = "unsendable"
_OF_A_TRY = ("at_ms", "account_id", "outcome")
SETTLED_IN_PART = frozenset({"accepted", "recipient", "policy"})
"""Classes of a reply, which the sender knows; it is the sender that uses this feature."""


class ObservedMessages:
    """A ``MessageStore``."""

    def __init__(self, store: MessageStore, meter: Meter, clock: Clock) -> None:
        self._store = store
        self._meter = meter
        self._clock = clock

    def add(self, message: Message, *, watched: bool = False) -> Message:
        stored = self._store.add(message, watched=watched)
        if stored is message:
            self._meter.concerns(message.tenant_id, message.id)
            self._meter.count(ACCEPTED)
        return stored

    def change(
        self, tenant_id: str, message_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Message] | Refused[Message]:
        outcome = self._store.change(tenant_id, message_id, change, entries)
        row = outcome.row
        if row is not None and (isinstance(outcome, Applied) or _has_logged(row, change)):
            self._tell(row, change)
        return outcome

    def _tell(self, message: Message, change: Change) -> None:
        steps = {step.path[0]: step for step in change.steps}
        status = steps.get("status")
        sentence = SENTENCES[message.status] if isinstance(status, Set) else None
        if sentence is None:
            return
        attempt = message.attempts[-1] if "attempts" in steps and message.attempts else None
        age = self._clock() - _wanted_at(message)
        self._count(message, attempt)
        fields = {
            "tenant_id": message.tenant_id,
            "message_id": message.id,
            "age_ms": round(age.total_seconds() * 1000),
            "reason": message.reason,
        }
        log.info(sentence, extra=fields | _of_attempt(attempt))

    def _count(self, message: Message, attempt: Attempt | None) -> None:
        self._meter.concerns(message.tenant_id, message.id)
        if message.status is Status.SENT:
            self._meter.count(SENT)
            if message.sent_at is not None:
                passed = message.sent_at - _wanted_at(message)
                self._meter.measure(TIME_TO_SEND, round(passed.total_seconds() * 1000), of=message.priority)
        elif message.status is Status.FAILED:
            self._meter.count(FAILED, of=_failed_for(message, attempt))
        elif message.status is Status.UNCERTAIN and attempt is not None:
            self._meter.count(UNCERTAIN)
        elif message.status is Status.DEFERRED and attempt is not None:
            self._meter.count(DEFERRED, of=_deferred_for(attempt))
        elif message.status is Status.DEFERRED:
            self._meter.count(PUT_OFF)

    # What tells of nothing.

    def point_to(self, messages: Sequence[Message]) -> None:
        self._store.point_to(messages)

    def watch(self, watch: Watch) -> None:
        self._store.watch(watch)

    def get(self, tenant_id: str, message_id: str) -> Message | None:
        return self._store.get(tenant_id, message_id)

    def get_many(self, tickets: Iterable[Ticket]) -> dict[Ticket, Message]:
        return self._store.get_many(tickets)

    def statuses(self, tenant_id: str, message_ids: Sequence[str]) -> dict[str, Status]:
        return self._store.statuses(tenant_id, message_ids)

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Message]:
        return self._store.page(tenant_id, wanted, request)

    def waiting_until(self, until_ms: int, limit: int) -> list[Due]:
        return self._store.waiting_until(until_ms, limit)

    def queued_until(self, priority: Priority, until_ms: int, limit: int) -> list[Due]:
        return self._store.queued_until(priority, until_ms, limit)

    def watches_until(self, priority: Priority, until_ms: int, limit: int) -> list[Watch]:
        return self._store.watches_until(priority, until_ms, limit)

    def unwished_until(self, until_ms: int, limit: int) -> list[Due]:
        return self._store.unwished_until(until_ms, limit)

    def watched(self, watch: Watch) -> Watched:
        return self._store.watched(watch)

    def end_watch(self, watch: Watch) -> None:
        self._store.end_watch(watch)


class ObservedQueues:
    """Queues that tell which messages they took: one line for each tenant and priority, however many they are."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues

    def send(self, departures: Sequence[Departure]) -> list[Departure]:
        left = self._queues.send(departures)
        refused = {one.ticket for one in left}
        taken = sorted((one for one in departures if one.ticket not in refused), key=_place)
        for (tenant_id, priority), several in groupby(taken, key=_place):
            group = list(several)
            fields = {
                "tenant_id": tenant_id,
                "message_ids": [one.ticket.message_id for one in group],
                "queue": priority,
                "delay_s": max(one.delay_seconds for one in group),
            }
            log.info("Messages were put on their queue", extra=fields)
        return left

    def is_drained(self, priority: Priority) -> bool:
        return self._queues.is_drained(priority)


def _has_logged(message: Message, change: Change) -> bool:
    """Whether the change leads to the message's status, and its try is the last one of the message."""
    if not message.attempts or Set(("status",), message.status) not in change.steps:
        return False
    last = attempt_record(message.attempts[-1])
    for step in change.steps:
        match step:
            case Append(("attempts",), entry) | Set(("attempts",), [*_, entry]):
                return isinstance(entry, dict) and all(entry[name] == last[name] for name in _OF_A_TRY)
    return False


def _place(departure: Departure) -> tuple[str, str]:
    return departure.ticket.tenant_id, str(departure.priority)


def _wanted_at(message: Message) -> datetime:
    return max(message.created_at, message.send_at or message.created_at)


def _of_attempt(attempt: Attempt | None) -> dict[str, object]:
    if attempt is None:
        return {}
    return {"account_id": attempt.account_id, "class": attempt.outcome, "phase": attempt.phase}


def _failed_for(message: Message, attempt: Attempt | None) -> str:
    if attempt is None:
        return str(message.reason or Reason.EXPIRED)
    return UNSENDABLE if attempt.phase == ASSEMBLY else attempt.outcome


def _deferred_for(attempt: Attempt) -> str:
    # Settled for some; for the others the server asked for a transaction of their own.
    return "busy" if attempt.outcome in SETTLED_IN_PART else attempt.outcome
