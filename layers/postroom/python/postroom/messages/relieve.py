"""Ends the watch over messages that were accepted together: what is not finished gets an entry of its own."""

import logging
from datetime import datetime

from postroom.change import Change
from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.errors import Unavailable
from postroom.messages import life
from postroom.messages.model import Message, Status
from postroom.messages.ports import Departure, MessageStore, Queues, Watch
from postroom.messages.release import departure_at
from postroom.progress import Progress

log = logging.getLogger(__name__)

_LOOKS = 3
"""How often a message is looked at that changes under our hands, before the next run has to."""


class Relieve:
    def __init__(self, store: MessageStore, queues: Queues, max_retries: int, clock: Clock) -> None:
        self._store = store
        self._queues = queues
        self._max_retries = max_retries
        self._clock = clock

    def __call__(self, watch: Watch) -> Progress:
        """Done are messages that were put on their queue. It can be done again, wherever it was stopped.

        Only for a watch whose queue has had its time: what it has not brought by then never got there.
        """
        missed: list[Departure] = []
        refused = 0
        try:
            if self._see_to_all(watch, missed):
                self._store.end_watch(watch)
        except Unavailable:
            # The next run finds the watch again.
            log.warning("A watch was not ended", extra={"tenant_id": watch.tenant_id})
            refused = 1
        left = self._queues.send(missed)
        return Progress(len(missed), refused + len(left))

    def _see_to_all(self, watch: Watch, missed: list[Departure]) -> bool:
        now = self._clock()
        watched = self._store.watched(watch)
        settled = [self._see_to(message, now, missed) for message in watched.messages]
        # What cannot be read has no other entry by which somebody who can read it would find it.
        return all(settled) and watched.complete

    def _see_to(self, message: Message, now: datetime, missed: list[Departure]) -> bool:
        """Whether the message needs the watch no more."""
        for _ in range(_LOOKS):
            change = self._change_of(message, now)
            if change is None:
                return True
            outcome = self._store.change(message.tenant_id, message.id, change)
            if isinstance(outcome, Applied):
                if outcome.row.status is Status.QUEUED:
                    missed.append(departure_at(outcome.row, now, now))
                return True
            if outcome.row is None or _is_same(outcome.row, message):
                return True  # It has an entry of its own already.
            message = outcome.row
        return False

    def _change_of(self, message: Message, now: datetime) -> Change | None:
        if message.status is Status.QUEUED:
            return life.missed(message, now)
        if message.status is not Status.SENDING or message.lease_until is None:
            return None
        if message.lease_until <= now:
            return life.lease_ran_out(message, self._max_retries, now)
        return life.lease_noted(message, message.lease_until)


def _is_same(one: Message, other: Message) -> bool:
    return one.status is other.status and one.claim == other.claim
