"""What the use cases of messages need from the outside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from postroom.audit.model import Entries
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
    pool_id: str | None = None

    def matches(self, message: Message) -> bool:
        """All but the bounds of time, which are bounds of ids."""
        return (
            self.status in {None, message.status}
            and self.account_id in {None, message.account_id, message.used_account_id}
            and self.pool_id in {None, message.pool_id}
            and (self.recipient is None or self.recipient.lower() in map(str.lower, message.recipients))
        )


@dataclass(frozen=True, slots=True)
class Due:
    """An entry of the due index."""

    ticket: Ticket
    due_at_ms: int


@dataclass(frozen=True, slots=True)
class Watch:
    """Stands in the due index for messages of one priority that were accepted together."""

    tenant_id: str
    priority: Priority
    message_ids: tuple[str, ...]
    due_at_ms: int

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        return tuple(Ticket(self.tenant_id, message_id) for message_id in self.message_ids)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a watch stands for. ``complete``: no row is there that could not be read."""

    messages: tuple[Message, ...]
    complete: bool


LONGEST_DELAY_SECONDS = 900
"""Of a queue."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A message for its queue, which delays it by 15 minutes at most."""

    ticket: Ticket
    priority: Priority
    delay_seconds: int = 0


class MessageStore(Protocol):
    def point_to(self, messages: Sequence[Message]) -> None:
        """Makes messages be found by their recipients. Before they are added, or one might never be found."""

    def watch(self, watch: Watch) -> None:
        """Before what it stands for is added. The same messages have one watch, however often it is stored."""

    def add(self, message: Message, *, watched: bool = False) -> Message:
        """Stores it, or gives back the one that already has this id. ``watched``: a watch stands for it."""

    def get(self, tenant_id: str, message_id: str) -> Message | None: ...

    def get_many(self, tickets: Iterable[Ticket]) -> dict[Ticket, Message]:
        """Those that are there and can be read."""

    def statuses(self, tenant_id: str, message_ids: Sequence[str]) -> dict[str, Status]:
        """Of those that are there, for little: nothing else of a row is looked at."""

    def change(
        self, tenant_id: str, message_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Message] | Refused[Message]: ...

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Message]: ...

    def waiting_until(self, until_ms: int, limit: int) -> list[Due]:
        """What waits and is due before ``until_ms``, of at most ``limit`` per shard."""

    def queued_until(self, priority: Priority, until_ms: int, limit: int) -> list[Due]: ...

    def watches_until(self, priority: Priority, until_ms: int, limit: int) -> list[Watch]: ...

    def unwished_until(self, until_ms: int, limit: int) -> list[Due]:
        """What ended by wishes and is to be told again."""

    def watched(self, watch: Watch) -> Watched: ...

    def end_watch(self, watch: Watch) -> None:
        """Unless it has been stored again meanwhile."""


@dataclass(frozen=True, slots=True)
class Listed:
    """How many messages an index lists under a status; not ``complete``: there are more.

    ``sample``: ids of some, all along the list, and how many each of them stands for. Of few it has them all.
    """

    count: int
    complete: bool
    sample: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Alike:
    """Queued messages of one priority with the same wishes and as many recipients; ``example`` is one of them."""

    example: str
    count: int
    recipients: int


@dataclass(frozen=True, slots=True)
class Queued:
    """What was found to be queued; not ``complete``: there may be more."""

    alike: tuple[Alike, ...]
    complete: bool

    @property
    def count(self) -> int:
        return sum(each.count for each in self.alike)


class Backlog(Protocol):
    """Counts what waits without reading all of it; ``before`` an id, so that only older ones count."""

    def listed(self, tenant_id: str, status: Status, before: str | None = None) -> Listed: ...

    def queued(self, tenant_id: str, expected: int, before: str | None = None) -> Queued:
        """Looks from the newest to the oldest, until as many as are ``expected`` were found or it is enough."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """How many messages were accepted; not ``complete``: there are more than were counted."""

    count: int
    complete: bool


class Arrivals(Protocol):
    def since(self, tenant_id: str, moment: datetime) -> Arrived:
        """From ``moment`` on, whatever became of them; those of a job by the moment at which it was asked for."""


class StoredContent(Protocol):
    @property
    def is_large(self) -> bool:
        """Too large for a row: hundreds of kilobytes, or megabytes."""

    def open(self) -> Content:
        """Reads it, one message at a time: a large or broken one is nobody else's trouble."""


class ContentStore(Protocol):
    def put(self, tenant_id: str, contents: Mapping[str, Content], keep_until: datetime) -> dict[str, str]:
        """Stores contents, by message id, together as far as they fit. Returns the bundles of those that lie in one.

        What is stored again changes nothing of what was stored before: a bundle is named by what is in it.
        """

    def get_many(self, messages: Sequence[Message]) -> dict[Ticket, StoredContent]: ...


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


class Depths(Protocol):
    def depth(self, priority: Priority) -> int:
        """About how many messages of all tenants are on a queue or with a sender. Raises Unavailable."""
