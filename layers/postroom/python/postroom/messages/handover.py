"""What a sender does with messages: reads them, claims them, and records what became of them."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from postroom.change import Change
from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.errors import Unavailable
from postroom.messages import life
from postroom.messages.model import CLAIMABLE, Message, Reason, Status
from postroom.messages.ports import ContentStore, Departure, MessageStore, Queues, StoredContent, Ticket
from postroom.messages.release import departure_at
from postroom.persistence import persistently

log = logging.getLogger(__name__)


class Handover:
    def __init__(
        self, store: MessageStore, contents: ContentStore, queues: Queues, max_retries: int, clock: Clock
    ) -> None:
        self._store = store
        self._contents = contents
        self._queues = queues
        self._max_retries = max_retries
        self._clock = clock

    def load(self, tickets: Sequence[Ticket]) -> dict[Ticket, Message]:
        return self._store.get_many(tickets)

    def contents(self, messages: Sequence[Message]) -> dict[str, StoredContent]:
        """By message id."""
        found = self._contents.get_many(messages)
        return {ticket.message_id: content for ticket, content in found.items()}

    def claim(  # noqa: PLR0913, PLR0917 - all that a claim writes
        self,
        message: Message,
        claim_id: str,
        account_id: str,
        message_id: str,
        lease_until: datetime,
        subject: str | None,
    ) -> Message | None:
        """None when somebody else has it, or it was cancelled."""
        change = life.claim(message, claim_id, account_id, message_id, lease_until, subject)
        outcome = self._store.change(message.tenant_id, message.id, change)
        if isinstance(outcome, Applied):
            return outcome.row
        ours = outcome.row is not None and outcome.row.claim == claim_id  # Our own write, whose answer was lost.
        return outcome.row if ours else None

    def record(self, message: Message, change: Change, seconds_left: Callable[[], float]) -> Message:
        """Writes an outcome, and keeps trying while there is time: what the server said must not be forgotten.

        Raises Unavailable when the time is over; the claim then runs out and the message becomes uncertain.
        """
        outcome = persistently(lambda: self._store.change(message.tenant_id, message.id, change), seconds_left)
        if not isinstance(outcome, Applied) and not _is_written(outcome.row, message):
            identity = {"tenant_id": message.tenant_id, "message_id": message.id}
            log.error("An outcome found its claim gone", extra=identity)
        return outcome.row or message

    def change_as_seen(self, message: Message, change: Change) -> Message | None:
        """A change that may be left undone: None when somebody else was faster."""
        outcome = self._store.change(message.tenant_id, message.id, change)
        return outcome.row if isinstance(outcome, Applied) else None

    def come_back(
        self, message: Message, reason: Reason, detail: str, moment: datetime, account_id: str
    ) -> Departure | None:
        """Puts off until an appointment.

        A near one is kept by the queue itself, which has to be given the departure; the due index then only finds what
        the queue has lost.
        """
        now = self._clock()
        near = moment - now <= life.NEAR
        due_at = moment + life.HEAL_AFTER if near else moment
        wait = life.Wait(reason, detail, moment, due_at, account_id)
        put_off = self.change_as_seen(message, life.deferred(message, wait))
        return departure_at(message, moment, now) if near and put_off is not None else None

    def depart(self, departures: Sequence[Departure]) -> None:
        self._queues.send(departures)

    def give_back(self, tickets: set[Ticket]) -> set[Ticket]:
        """Puts what was not begun for want of time at the end of its queue, as if it came for the first time.

        A queue counts how often it hands something out. What is healthy and has only met slow servers must not end
        with the dead letters for it. Returns what is left for the queue to hand out again by itself.
        """
        now = self._clock()
        try:
            messages = self._store.get_many(tickets).values()
        except Unavailable:
            return tickets
        departures = [departure_at(message, now, now) for message in messages if _is_healthy(message)]
        not_taken = self._queues.send(departures)
        return tickets - {one.ticket for one in departures} | {one.ticket for one in not_taken}

    def settle_unfit(self, message: Message) -> bool:
        """Ends what cannot be sent any more. True when this message is not for us to send now."""
        now = self._clock()
        if message.status is Status.SENDING:
            if message.lease_until is not None and message.lease_until <= now:
                self.change_as_seen(message, life.lease_ran_out(message, self._max_retries, now))
            return True
        if message.status not in CLAIMABLE:
            return True
        if message.expires_at <= now:
            self.change_as_seen(message, life.expired(message, now))
            return True
        return False


def _is_healthy(message: Message) -> bool:
    return message.status in CLAIMABLE and not any(attempt.is_our_fault for attempt in message.attempts[-1:])


def _is_written(row: Message | None, claimed: Message) -> bool:
    """Whether it was our own write, whose answer was lost, that refused the repetition."""
    return row is not None and row.claim is None and len(row.attempts) > len(claimed.attempts)
