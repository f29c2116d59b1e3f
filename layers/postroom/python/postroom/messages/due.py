"""Every minute: what has waited long enough goes to its queue, and what was lost on the way is found."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from postroom.change import Change
from postroom.clock import Clock, from_milliseconds, to_milliseconds
from postroom.conditional import Applied
from postroom.errors import Unavailable
from postroom.messages import life
from postroom.messages.model import CLAIMABLE, Message, Priority, Reason, Status
from postroom.messages.ports import Departure, Due, MessageStore, Queues, Watch
from postroom.messages.release import Release, departure_at
from postroom.messages.relieve import Relieve
from postroom.progress import Progress

log = logging.getLogger(__name__)

_LOOK_AHEAD = timedelta(seconds=60)
"""One run's distance to the next: what falls due in between is queued now, with a delay."""

_PER_SHARD = 500
_BATCH = 100
_WATCHES = 40
"""Looked to at once: a backlog leaves thousands of them behind, and a run has its end."""

_PARALLEL = 8

_LONG_OVERDUE = timedelta(minutes=15)
_LONG_OVERDUE_WATCH = timedelta(hours=1)
_PER_BACKLOG = 10
"""Messages of one priority that a run takes for lost while their queue is deep, and one watch: the oldest of them.

Of a million that are only late, that is a copy of two in a thousand an hour, and each copy makes the next one later.
"""


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

    def __call__(self, stop_at: datetime) -> Progress:
        """Goes on until nothing is due or it is ``stop_at``.

        Done are messages that were put on a queue, ended since they have expired, or came into the stream again.
        """
        total = self._heal(self._clock() + (stop_at - self._clock()) / 2)
        while True:
            released = self._release_waiting()
            total += released
            if not released.done or self._clock() >= stop_at:
                return total + self._tell_again(stop_at)

    def _release_waiting(self) -> Progress:
        until = to_milliseconds(self._clock() + _LOOK_AHEAD)
        return self._each_batch(self._store.waiting_until(until, _PER_SHARD))

    def _heal(self, stop_at: datetime) -> Progress:
        total, watches = Progress(), list[Watch]()
        for priority in Priority:
            try:
                messages, overdue = self._lost(priority, self._clock())
                total += self._each_batch(messages)
            except Unavailable:
                # The next run looks again; what waits has to reach its queue.
                log.warning("Lost messages were not looked for", extra={"priority": priority})
                total += Progress(refused=1)
                continue
            watches += overdue
        return total + self._relieve_all(watches, stop_at)

    def _lost(self, priority: Priority, now: datetime) -> tuple[list[Due], list[Watch]]:
        """What should have been on its queue long ago and is not, as far as anybody can tell."""
        if self._queues.is_drained(priority):
            until = to_milliseconds(now)
            return (
                self._store.queued_until(priority, until, _PER_SHARD),
                self._store.watches_until(priority, until, _PER_SHARD),
            )
        # A deep backlog must not breed copies of itself, nor be read every minute; nor hide for ever what was lost.
        messages = self._store.queued_until(priority, to_milliseconds(now - _LONG_OVERDUE), _PER_BACKLOG)
        watches = self._store.watches_until(priority, to_milliseconds(now - _LONG_OVERDUE_WATCH), 1)
        messages.sort(key=lambda entry: entry.due_at_ms)
        watches.sort(key=lambda watch: watch.due_at_ms)
        return messages[:_PER_BACKLOG], watches[:1]

    def _relieve_all(self, watches: list[Watch], stop_at: datetime) -> Progress:
        total = Progress()
        with ThreadPoolExecutor(_PARALLEL) as pool:
            for start in range(0, len(watches), _WATCHES):
                total = sum(pool.map(self._relieve, watches[start : start + _WATCHES]), total)
                if self._clock() >= stop_at:
                    break
        return total

    def _tell_again(self, stop_at: datetime) -> Progress:
        """Last, and not until all is done: nobody waits for these, and the next run goes on."""
        due, total = self._store.unwished_until(to_milliseconds(self._clock()), _PER_SHARD), Progress()
        with ThreadPoolExecutor(_PARALLEL) as pool:
            for start in range(0, len(due), _BATCH):
                if self._clock() >= stop_at:
                    break
                batch = due[start : start + _BATCH]
                messages = self._store.get_many(entry.ticket for entry in batch)
                found = [(messages[entry.ticket], entry) for entry in batch if entry.ticket in messages]
                total = sum(pool.map(self._told_again, found), total)
        return total

    def _told_again(self, found: tuple[Message, Due]) -> Progress:
        message, entry = found
        try:
            return Progress(self._changed(message, life.told_again(message, entry.due_at_ms, self._clock())))
        except Unavailable:
            log.warning(
                "A message was not told again", extra={"tenant_id": message.tenant_id, "message_id": message.id}
            )
            return Progress(refused=1)

    def _each_batch(self, due: list[Due]) -> Progress:
        return sum((self._enqueue(due[start : start + _BATCH]) for start in range(0, len(due), _BATCH)), Progress())

    def _enqueue(self, due: list[Due]) -> Progress:
        now = self._clock()
        messages = self._store.get_many(entry.ticket for entry in due)
        found = _Found()
        for entry in due:
            if message := messages.get(entry.ticket):
                self._see_to(message, entry, now, found)
        left = self._queues.send(found.lost)
        return self._release(found.waiting) + Progress(len(found.lost) + found.expired, found.refused + len(left))

    def _see_to(self, message: Message, entry: Due, now: datetime, found: "_Found") -> None:
        try:
            if message.status is Status.SENDING:
                self._recover(message, now)
            elif message.status in CLAIMABLE and message.expires_at <= now:
                found.expired += self._changed(message, life.expired(message, now))
            elif message.status is Status.QUEUED:
                found.lost += self._requeue(message, entry, now)
            elif message.reason is not Reason.HELD:
                found.waiting.append((message, message.next_attempt_at or from_milliseconds(entry.due_at_ms)))
        except Unavailable:
            # The next run takes it; the others have to reach their queues.
            log.warning("A message was not recovered", extra={"tenant_id": message.tenant_id, "message_id": message.id})
            found.refused += 1

    def _recover(self, message: Message, now: datetime) -> None:
        if message.lease_until is not None and message.lease_until <= now:
            self._changed(message, life.lease_ran_out(message, self._max_retries, now))

    def _requeue(self, message: Message, entry: Due, now: datetime) -> list[Departure]:
        requeued = self._changed(message, life.requeued(message, entry.due_at_ms, now))
        return [departure_at(message, now, now)] if requeued else []

    def _changed(self, message: Message, change: Change) -> bool:
        return isinstance(self._store.change(message.tenant_id, message.id, change), Applied)


@dataclass(slots=True)
class _Found:
    """Of a batch: what goes to its queue, and how many go there no more or not yet."""

    waiting: list[tuple[Message, datetime]] = field(default_factory=list)
    lost: list[Departure] = field(default_factory=list)
    expired: int = 0
    refused: int = 0
