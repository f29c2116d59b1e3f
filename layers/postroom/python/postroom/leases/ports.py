from collections.abc import Sequence
from typing import Protocol, TypeVar

from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.leases.model import Ticket

R_co = TypeVar("R_co", covariant=True)


class LeasedRows(Protocol[R_co]):
    """Everything is read as it is now. A change can be repeated when its answer was lost."""

    def get(self, tenant_id: str, row_id: str, /) -> R_co | None: ...

    def change(self, tenant_id: str, row_id: str, change: Change, /) -> Applied[R_co] | Refused[R_co]: ...


class Tickets(Protocol):
    def put(self, ticket: Ticket, delay_seconds: int = 0) -> None:
        """Raises Unavailable."""


class ManyTickets(Tickets, Protocol):
    def put_all(self, tickets: Sequence[Ticket]) -> int:
        """How many the queue has taken; it does not fail."""
