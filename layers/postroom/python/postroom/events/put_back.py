"""Every minute: events that nobody seems to be at get another ticket."""

from datetime import datetime

from postroom.clock import Clock, to_milliseconds
from postroom.conditional import Applied
from postroom.events import life
from postroom.events.ports import EventStore
from postroom.leases.model import Ticket
from postroom.leases.ports import ManyTickets
from postroom.progress import Progress

_AT_ONCE = 100


class PutBackForgotten:
    """Of two who find the same one overdue, one puts it back."""

    def __init__(self, events: EventStore, tickets: ManyTickets, clock: Clock) -> None:
        self._events = events
        self._tickets = tickets
        self._clock = clock

    def __call__(self, stop_at: datetime) -> Progress:
        """Done are those that the queue has taken; it has refused the others, which are found again."""
        total = Progress()
        while self._clock() < stop_at:
            found = self._events.overdue(to_milliseconds(self._clock()), _AT_ONCE)
            mine = [Ticket(tenant_id, event_id) for tenant_id, event_id in found if self._is_mine(tenant_id, event_id)]
            taken = self._tickets.put_all(mine)
            total += Progress(taken, len(mine) - taken)
            if not mine or taken < len(mine):
                break
        return total

    def _is_mine(self, tenant_id: str, event_id: str) -> bool:
        seen = self._events.get(tenant_id, event_id)
        if seen is None:
            return False
        change = life.looked_for(seen, self._clock())
        return isinstance(self._events.change(tenant_id, event_id, change), Applied)
