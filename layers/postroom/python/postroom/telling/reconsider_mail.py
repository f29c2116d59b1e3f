"""Decides anew, from a queue, about what a mail was to tell of that was not wanted so any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from postroom.errors import Unavailable
from postroom.leases.model import Ticket
from postroom.leases.ports import Tickets
from postroom.leases.turns import put_off
from postroom.messages.model import Message
from postroom.notices.outcome import is_unwanted, places_of
from postroom.notices.ports import Carried, NoticeStore
from postroom.telling.reconsider import Reconsider


class Messages(Protocol):
    def get(self, tenant_id: str, message_id: str) -> Message | None: ...


@dataclass(frozen=True, slots=True)
class ReconsiderMail:
    """Everything is read as it is by then: a ticket may come late, again, and to two at once."""

    messages: Messages
    carried: Carried
    notices: NoticeStore
    reconsider: Reconsider
    tickets: Tickets

    def __call__(self, ticket: Ticket, stop_at: datetime) -> None:
        """Puts it off by its queue when something does not answer.

        Raises Unavailable when nothing has answered for about a day, or the queue does not.
        """
        del stop_at  # It is as much as one mail can tell of.
        try:
            self._work(ticket)
        except Unavailable as error:
            put_off(self.tickets, ticket, ticket.faults + 1, error)

    def _work(self, ticket: Ticket) -> None:
        message = self.messages.get(ticket.tenant_id, ticket.id)
        if message is None or not message.about or not is_unwanted(message):
            return
        places: Sequence[tuple[str, str]] = places_of(message, self.carried)
        self.reconsider(message, list(self.notices.get_many(ticket.tenant_id, places).values()))
