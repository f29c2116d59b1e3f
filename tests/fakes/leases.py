"""A queue of work in memory."""

from postroom.leases.model import Ticket


class MemoryTickets:
    def __init__(self) -> None:
        self.waiting: list[tuple[Ticket, int]] = []

    def put(self, ticket: Ticket, delay_seconds: int = 0) -> None:
        self.waiting.append((ticket, delay_seconds))
