"""Takes a message back, as long as nobody has claimed it."""

from collections.abc import Callable
from datetime import datetime

from postroom.audit.acting import entries_of
from postroom.conditional import Applied
from postroom.errors import Conflict, NotFound
from postroom.messages import life
from postroom.messages.deeds import message_cancelled
from postroom.messages.model import CANCELLABLE, Message, Priority, Status
from postroom.messages.ports import MessageStore

GiveBackAppointment = Callable[[str, str, Priority, datetime | None], None]
"""Told tenant, account, priority and time when a message that had an appointment there will not come."""


class CancelMessage:
    def __init__(self, store: MessageStore, give_back_appointment: GiveBackAppointment) -> None:
        self._store = store
        self._give_back_appointment = give_back_appointment

    def __call__(self, tenant_id: str, message_id: str, detail: str = "") -> Message:
        """``detail``: why. Cancelling twice is the same as once. Raises NotFound, and Conflict when it is too late."""
        message = self._store.get(tenant_id, message_id)
        if message is None:
            raise NotFound
        if message.status in CANCELLABLE and (message.reached_somebody or message.is_in_doubt):
            raise Conflict("The message has been sent, or may have been, to some of its recipients")
        entries = entries_of(tenant_id, message_cancelled(message))
        outcome = self._store.change(tenant_id, message_id, life.cancelled(message, detail), entries)
        if isinstance(outcome, Applied):
            if message.appointed_account_id is not None:
                self._give_back_appointment(
                    tenant_id, message.appointed_account_id, message.priority, message.next_attempt_at
                )
            return outcome.row
        if outcome.row is None:
            raise NotFound
        if outcome.row.status is not Status.CANCELLED:
            raise Conflict(f"A message that is {outcome.row.status} can no longer be cancelled")
        return outcome.row
