"""Every minute: what has waited long enough goes to its queue, and what was lost on the way is found."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from postroom.change import Change
from postroom.clock import Clock, from_milliseconds, to_milliseconds
from postroom.conditional import Applied
from postroom.errors import Unavailable
from postroom.messages import life
from postroom.messages.model import Message, Priority, Reason, Status
from postroom.messages.ports import Departure, Due, MessageStore, Queues, Watch
from postroom.messages.release import Release, departure_at
from postroom.messages.relieve import Relieve

log = logging.getLogger(__name__)

_LOOK_AHEAD = timedelta(seconds=60)
"""One run's distance to the next: what falls due in between is queued now, with a delay."""

_PER_SHARD = 500
_BATCH = 100
_WATCHES = 40
"""Looked to at once: a backlog leaves thousands of them behind, and a run has its end."""

_PARALLEL = 8


class EnqueueDue:
    def __init__(  # noqa: PLR0913, PLR0917 - all that it puts together
        self,
        store: MessageStore,
        queues: Queues,
        release: Release,
        relieve: Relieve,
        max_retries: int,
        clock: Clock,
    ) -> None:
        self._store = store
        self._queues = queues
        self._release = release
        self._relieve = relieve
        self._max_retries = max_retries
        self._clock = clock

    def __call__(self, stop_at: datetime) -> int:
        """Goes on until nothing is due or it is ``stop_at``. Returns how many messages were put on a queue."""
        total = self._heal(self._clock() + (stop_at - self._clock()) / 2)
        while count := self._release_waiting():
            total += count
            if self._clock() >= stop_at:
                break
        return total

    def _release_waiting(self) -> int:
        until = to_milliseconds(self._clock() + _LOOK_AHEAD)
        return self._each_batch(self._store.waiting_until(until, _PER_SHARD))

    def _heal(self, stop_at: datetime) -> int:
        # A deep backlog must not breed copies of itself, nor be read every minute.
        drained = [priority for priority in Priority if self._queues.is_drained(priority)]
        now = to_milliseconds(self._clock())
        total = sum(self._each_batch(self._store.queued_until(priority, now, _PER_SHARD)) for priority in drained)
        watches = [watch for priority in drained for watch in self._store.watches_until(priority, now, _PER_SHARD)]
        return total + self._relieve_all(watches, stop_at)

    def _relieve_all(self, watches: list[Watch], stop_at: datetime) -> int:
        total = 0
        with ThreadPoolExecutor(_PARALLEL) as pool:
            for start in range(0, len(watches), _WATCHES):
                total += sum(pool.map(self._relieve, watches[start : start + _WATCHES]))
                if self._clock() >= stop_at:
                    break
        return total

    def _each_batch(self, due: list[Due]) -> int:
        return sum(self._enqueue(due[start : start + _BATCH]) for start in range(0, len(due), _BATCH))

    def _enqueue(self, due: list[Due]) -> int:
        now = self._clock()
        messages = self._store.get_many(entry.ticket for entry in due)
        waiting: list[tuple[Message, datetime]] = []
        lost: list[Departure] = []
        for entry in due:
            message = messages.get(entry.ticket)
            if message is None:
                continue
            if message.status is Status.SENDING:
                self._recover(message, now)
            elif message.status is Status.QUEUED:
                lost += self._requeue(message, entry, now)
            elif message.reason is not Reason.HELD:
                waiting.append((message, message.next_attempt_at or from_milliseconds(entry.due_at_ms)))
        self._queues.send(lost)
        return self._release(waiting) + len(lost)

    def _recover(self, message: Message, now: datetime) -> None:
        if message.lease_until is not None and message.lease_until <= now:
            self._changed(message, life.lease_ran_out(message, self._max_retries, now))

    def _requeue(self, message: Message, entry: Due, now: datetime) -> list[Departure]:
        requeued = self._changed(message, life.requeued(message, entry.due_at_ms, now))
        return [departure_at(message, now, now)] if requeued else []

    def _changed(self, message: Message, change: Change) -> bool:
        try:
            return isinstance(self._store.change(message.tenant_id, message.id, change), Applied)
        except Unavailable:
            # The next run takes it; the others have to reach their queues.
            log.warning("A message was not recovered", extra={"message_id": message.id})
            return False
