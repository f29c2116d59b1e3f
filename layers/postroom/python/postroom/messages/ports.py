"""What the use cases of messages need from the outside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.messages.model import Content, Message, Priority, Status
from postroom.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the queue carries: which message, never what is in it."""

    tenant_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages to list; ``since`` and ``until`` are bounds of their creation, the first included."""

    status: Status | None = None
    recipient: str | None = None
    account_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def matches(self, message: Message) -> bool:
        """All but the bounds of time, which are bounds of ids."""
        return (
            self.status in {None, message.status}
            and self.account_id in {None, message.account_id, message.used_account_id}
            and (self.recipient is None or self.recipient.lower() in map(str.lower, message.recipients))
        )


@dataclass(frozen=True, slots=True)
class Due:
    """An entry of the due index."""

    ticket: Ticket
    due_at_ms: int


LONGEST_DELAY_SECONDS = 900
"""Of a queue."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A message for its queue, which delays it by 15 minutes at most."""

    ticket: Ticket
    priority: Priority
    delay_seconds: int = 0


class MessageStore(Protocol):
    def add(self, message: Message) -> Message:
        """Stores it, or gives back the one that already has this id."""

    def get(self, tenant_id: str, message_id: str) -> Message | None: ...

    def get_many(self, tickets: Iterable[Ticket]) -> dict[Ticket, Message]: ...

    def change(self, tenant_id: str, message_id: str, change: Change) -> Applied[Message] | Refused[Message]: ...

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Message]: ...

    def waiting_until(self, until_ms: int, limit: int) -> list[Due]:
        """What waits and is due before ``until_ms``, of at most ``limit`` per shard."""

    def queued_until(self, priority: Priority, until_ms: int, limit: int) -> list[Due]: ...


class StoredContent(Protocol):
    def open(self) -> Content:
        """Reads it, one message at a time: a large or broken one is nobody else's trouble."""


class ContentStore(Protocol):
    def put(self, tenant_id: str, message_id: str, content: Content, keep_until: datetime) -> None: ...

    def get_many(self, tickets: Sequence[Ticket]) -> dict[Ticket, StoredContent]: ...


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """``ticket`` is None when the payload is not one of ours."""

    ticket: Ticket | None
    handle: str


class DeadLetters(Protocol):
    def receive(self) -> list[DeadLetter]:
        """Up to ten, hidden from others for a while; none when there are none. Raises Unavailable."""

    def remove(self, letters: Sequence[DeadLetter]) -> None: ...


class Queues(Protocol):
    def send(self, departures: Sequence[Departure]) -> list[Departure]:
        """Returns those that the queue did not take."""

    def is_drained(self, priority: Priority) -> bool:
        """Whether nothing is visible on the queue: what should be there and is not handled by now was lost."""
