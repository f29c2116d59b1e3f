"""What waits, counted: the messages that are put off and those on their queues."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.messages.model import Message, Priority, Status
from postroom.messages.ports import Backlog, Depths, MessageStore, Ticket

_UNKNOWN = 10**9
_LISTED = (Status.DEFERRED, Status.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Counted:
    """``count`` messages like ``example``, of ``recipients`` in all, that come to a sender at ``returns_at``."""

    example: Message
    count: float
    recipients: float
    returns_at: datetime


@dataclass(frozen=True, slots=True)
class Census:
    """What waits now, and how many have their time still to come. ``at_least``: there are more.

    ``sampled``: of what is deferred only some were read, and stand for the others. ``queued_at_most``: all that the
    queues hold for everybody, when it is known.
    """

    counted: tuple[Counted, ...]
    scheduled: int
    at_least: bool
    scheduled_at_least: bool
    sampled: bool
    queued_at_most: int | None


class TakeCensus:
    def __init__(self, backlog: Backlog, messages: MessageStore, queues: Depths, clock: Clock) -> None:
        self._backlog = backlog
        self._messages = messages
        self._queues = queues
        self._clock = clock

    def __call__(self, tenant_id: str, before: str | None = None) -> Census:
        """Of a tenant; ``before`` an id, so that only what was accepted earlier counts."""
        now, depth = self._clock(), self._depth()
        with ThreadPoolExecutor(3) as pool:
            looking = pool.submit(self._backlog.queued, tenant_id, _UNKNOWN if depth is None else depth, before)
            counting = pool.map(lambda status: self._backlog.listed(tenant_id, status, before), _LISTED)
            queued, (deferred, scheduled) = looking.result(), counting
        read = self._read(tenant_id, [*(alike.example for alike in queued.alike), *deferred.sample])
        waiting = [
            Counted(read[alike.example], alike.count, alike.recipients, now)
            for alike in queued.alike
            if alike.example in read
        ]
        waiting += [_put_off(read[one], weight, now) for one, weight in deferred.sample.items() if one in read]
        return Census(
            counted=tuple(waiting),
            scheduled=scheduled.count,
            at_least=not (queued.complete and deferred.complete),
            scheduled_at_least=not scheduled.complete,
            sampled=len(deferred.sample) < deferred.count,
            queued_at_most=depth,
        )

    def _depth(self) -> int | None:
        try:
            return sum(map(self._queues.depth, Priority))
        except Unavailable:
            return None

    def _read(self, tenant_id: str, ids: Iterable[str]) -> Mapping[str, Message]:
        found = self._messages.get_many(Ticket(tenant_id, message_id) for message_id in ids)
        return {ticket.message_id: message for ticket, message in found.items()}


def _put_off(message: Message, weight: float, now: datetime) -> Counted:
    returns_at = max(now, message.next_attempt_at or now)
    return Counted(message, weight, weight * len(message.pending), returns_at)
