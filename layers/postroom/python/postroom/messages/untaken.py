"""What a queue does not take waits, and says so, until it is brought there again.

Its row is there, but a row that is queued in name only is looked for once its queue has drained, and somebody else's
backlog may keep it from draining for days.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.messages import life
from postroom.messages.model import Message, Priority, Reason, Status
from postroom.messages.ports import Departure, MessageStore, Queues

log = logging.getLogger(__name__)

_PARALLEL = 16


class PutAsideUntaken:
    """Queues, for those who put messages there that no queue has yet."""

    def __init__(self, queues: Queues, store: MessageStore, clock: Clock) -> None:
        self._queues = queues
        self._store = store
        self._clock = clock

    def send(self, departures: Sequence[Departure]) -> list[Departure]:
        left = self._queues.send(departures)
        try:
            self._put_aside(left)
        except Unavailable:
            # The due index has them among the queued.
            log.warning("What a queue did not take was not put aside", extra={"count": len(left)})
        return left

    def is_drained(self, priority: Priority) -> bool:
        return self._queues.is_drained(priority)

    def _put_aside(self, left: Sequence[Departure]) -> None:
        # What still waits, and was only called early, is in the due index at its time.
        messages = self._store.get_many(departure.ticket for departure in left).values() if left else ()
        queued = [message for message in messages if message.status is Status.QUEUED]
        with ThreadPoolExecutor(_PARALLEL) as pool:
            list(pool.map(self._defer, queued))

    def _defer(self, message: Message) -> None:
        # Behind what a run of ``due`` looks ahead, or it would go on with the same messages to its end.
        again = self._clock() + life.HEAL_AFTER
        wait = life.Wait(Reason.TURN, "Its queue did not take it; it goes there again", again, again)
        self._store.change(message.tenant_id, message.id, life.deferred(message, wait))
