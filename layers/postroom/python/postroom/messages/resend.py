"""Sends again, by somebody's decision, what may have been sent already."""

from postroom.audit.acting import entries_of
from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.errors import Conflict, NotFound
from postroom.messages import life
from postroom.messages.deeds import message_resent
from postroom.messages.model import Message, Status
from postroom.messages.ports import MessageStore, Queues
from postroom.messages.release import departure_at


class ResendMessage:
    def __init__(self, store: MessageStore, queues: Queues, clock: Clock) -> None:
        self._store = store
        self._queues = queues
        self._clock = clock

    def __call__(self, tenant_id: str, message_id: str) -> Message:
        """Raises NotFound, and Conflict when there is no doubt about the message or it has expired."""
        message = self._store.get(tenant_id, message_id)
        if message is None:
            raise NotFound
        now = self._clock()
        if message.status is not Status.UNCERTAIN:
            raise Conflict(f"Only a message that is uncertain can be sent again; this one is {message.status}")
        if message.expires_at <= now:
            raise Conflict("The message has expired")
        entries = entries_of(tenant_id, message_resent(message))
        outcome = self._store.change(tenant_id, message_id, life.resent(message, now), entries)
        if outcome.row is None:
            raise NotFound
        if not isinstance(outcome, Applied) and outcome.row.status is not Status.QUEUED:
            raise Conflict("Somebody else was faster")
        self._queues.send([departure_at(outcome.row, now, now)])
        return outcome.row
