from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.errors import Unavailable
from postroom.ids import first_id
from postroom.messages import codec
from postroom.messages.life import index_entries
from postroom.messages.model import Content, Message, Priority
from postroom.messages.ports import Departure, Due, Filter, StoredContent, Ticket
from postroom.messages.record import message_of, record_of
from postroom.paging import Page, PageRequest, page_of
from tests.fakes.rows import Rows


class MemoryMessages:
    """``down`` makes every call fail, as a table does that does not answer; ``fail_on`` the calls of these numbers."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.down = False
        self.fail_on: set[int] = set()
        self._calls = count(1)

    def add(self, message: Message) -> Message:
        self._check()
        if self.rows.insert((message.tenant_id, message.id), record_of(message) | index_entries(message)):
            return message
        return self.get(message.tenant_id, message.id) or message

    def get(self, tenant_id: str, message_id: str) -> Message | None:
        self._check()
        row = self.rows.get((tenant_id, message_id))
        return message_of(row) if row else None

    def get_many(self, tickets: Iterable[Ticket]) -> dict[Ticket, Message]:
        found = {ticket: self.get(ticket.tenant_id, ticket.message_id) for ticket in tickets}
        return {ticket: message for ticket, message in found.items() if message}

    def change(self, tenant_id: str, message_id: str, change: Change) -> Applied[Message] | Refused[Message]:
        self._check()
        outcome = self.rows.change((tenant_id, message_id), change)
        if isinstance(outcome, Applied):
            return Applied(message_of(outcome.row))
        return Refused(message_of(outcome.row) if outcome.row else None)

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Message]:
        low = first_id("msg", wanted.since) if wanted.since else "msg_"
        high = first_id("msg", wanted.until) if wanted.until else "msg_~"
        found = [
            message
            for message in self.all_of(tenant_id)
            if low <= message.id < high and wanted.matches(message) and _is_behind(message.id, request)
        ]
        found.sort(key=lambda message: message.id, reverse=request.newest_first)
        return page_of(found, request.limit, lambda message: message.id)

    def waiting_until(self, until_ms: int, limit: int) -> list[Due]:
        return self._due("wait", until_ms, limit)

    def queued_until(self, priority: Priority, until_ms: int, limit: int) -> list[Due]:
        return self._due(priority, until_ms, limit)

    def all_of(self, tenant_id: str) -> list[Message]:
        return [message_of(row) for key, row in sorted(self.rows.all().items()) if key[0] == tenant_id]

    def _due(self, kind: str, until_ms: int, limit: int) -> list[Due]:
        due = [
            Due(Ticket(*key), row["due_at"])
            for key, row in self.rows.all().items()
            if row.get("due_shard", "").startswith(f"{kind}#") and row["due_at"] <= until_ms
        ]
        return sorted(due, key=lambda entry: entry.due_at_ms)[:limit]

    def _check(self) -> None:
        if self.down or next(self._calls) in self.fail_on:
            raise Unavailable


@dataclass(frozen=True)
class _Stored:
    blob: bytes

    def open(self) -> Content:
        return codec.decode(self.blob)


class MemoryContents:
    def __init__(self) -> None:
        self.blobs: dict[Ticket, bytes] = {}

    def put(self, tenant_id: str, message_id: str, content: Content, keep_until: datetime) -> None:
        self.blobs[Ticket(tenant_id, message_id)] = codec.encode(content)

    def get_many(self, tickets: Sequence[Ticket]) -> dict[Ticket, StoredContent]:
        return {ticket: _Stored(self.blobs[ticket]) for ticket in tickets if ticket in self.blobs}


class MemoryQueues:
    """``down``: takes nothing. ``deep``: something is always visible."""

    def __init__(self) -> None:
        self.sent: list[Departure] = []
        self.down = False
        self.deep = False

    def send(self, departures: Sequence[Departure]) -> list[Departure]:
        if self.down:
            return list(departures)
        self.sent += departures
        return []

    def is_drained(self, priority: Priority) -> bool:
        return not self.deep

    def take_all(self) -> list[Ticket]:
        taken, self.sent = self.sent, []
        return [departure.ticket for departure in taken]


def _is_behind(message_id: str, request: PageRequest) -> bool:
    if request.after is None:
        return True
    return message_id < request.after if request.newest_first else message_id > request.after
