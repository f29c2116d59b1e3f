"""Puts waiting messages on their queues."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from math import ceil

from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.errors import Unavailable
from postroom.messages import life
from postroom.messages.model import Message
from postroom.messages.ports import Departure, MessageStore, Queues, Ticket
from postroom.progress import Progress

log = logging.getLogger(__name__)

_PARALLEL = 8


class Release:
    def __init__(self, store: MessageStore, queues: Queues, clock: Clock) -> None:
        self._store = store
        self._queues = queues
        self._clock = clock

    def __call__(self, messages: Sequence[tuple[Message, datetime]]) -> Progress:
        """Moves each message to its queue, to arrive at its moment.

        The row is written first, and it is done then. Should the queue not take it, it is refused as well, and the due
        index still has it.
        """
        with ThreadPoolExecutor(_PARALLEL) as pool:
            moved = list(pool.map(self._release, messages))
        departures = [one for one in moved if isinstance(one, Departure)]
        left = self._queues.send(departures)
        return Progress(len(departures), len(left) + sum(isinstance(one, Unavailable) for one in moved))

    def _release(self, wanted: tuple[Message, datetime]) -> Departure | Unavailable | None:
        message, moment = wanted
        now = self._clock()
        try:
            change = life.released(message, now) if moment <= now else life.called(message, moment)
            outcome = self._store.change(message.tenant_id, message.id, change)
        except Unavailable as error:
            # It still waits, and the next run takes it; the others have to reach their queues.
            identity = {"tenant_id": message.tenant_id, "message_id": message.id}
            log.warning("A message was not released", extra=identity)
            return error
        return departure_at(message, moment, now) if isinstance(outcome, Applied) else None


def departure_at(message: Message, moment: datetime, now: datetime) -> Departure:
    delay = max(0, ceil((moment - now).total_seconds()))
    return Departure(Ticket(message.tenant_id, message.id), message.priority, delay)
