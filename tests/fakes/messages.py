from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.errors import Unavailable, Unsendable
from postroom.ids import first_id
from postroom.messages import codec, keys
from postroom.messages.life import index_entries
from postroom.messages.model import Content, Message, Priority, Status
from postroom.messages.ports import (
    Alike,
    Arrived,
    Departure,
    Due,
    Filter,
    Listed,
    Queued,
    StoredContent,
    Ticket,
    Watch,
    Watched,
)
from postroom.messages.record import message_of, record_of
from postroom.paging import Page, PageRequest, page_of
from tests.fakes.audit import MemoryAuditLog
from tests.fakes.rows import Rows


class Died(BaseException):
    """A process ended in the middle. Nobody handles it."""


LARGE = 300_000


class MemoryMessages:
    """``down`` makes every call fail, as a table does that does not answer; ``fail_on`` the calls of these numbers.

    ``dies_before``: so many calls from now, nothing more is done. ``chokes_on``: subjects that no row can be made of.
    """

    def __init__(self) -> None:
        self.rows = Rows()
        self.log = MemoryAuditLog()
        self.watches: dict[tuple[str, tuple[str, ...]], Watch] = {}
        self.pointers: set[tuple[str, str, str]] = set()
        self.down = False
        self.fail_on: set[int] = set()
        self.chokes_on: set[str] = set()
        self.dies_before: int | None = None
        self.calls = 0
        self._count = count(1)

    def point_to(self, messages: Sequence[Message]) -> None:
        self._check()
        for message in messages:
            self.pointers |= {(message.tenant_id, address.lower(), message.id) for address in message.recipients}

    def watch(self, watch: Watch) -> None:
        self._check()
        self.watches[watch.tenant_id, watch.message_ids] = watch

    def add(self, message: Message, *, watched: bool = False) -> Message:
        self._check()
        if message.subject in self.chokes_on:
            raise TypeError
        row = record_of(message) | index_entries(message, watched=watched)
        if self.rows.insert((message.tenant_id, message.id), row):
            return message
        return self.get(message.tenant_id, message.id) or message

    def get(self, tenant_id: str, message_id: str) -> Message | None:
        self._check()
        row = self.rows.get((tenant_id, message_id))
        return message_of(tenant_id, message_id, row) if row else None

    def get_many(self, tickets: Iterable[Ticket]) -> dict[Ticket, Message]:
        found = {ticket: self._readable(ticket) for ticket in tickets}
        return {ticket: message for ticket, message in found.items() if message}

    def statuses(self, tenant_id: str, message_ids: Sequence[str]) -> dict[str, Status]:
        self._check()
        rows = {message_id: self.rows.get((tenant_id, message_id)) for message_id in message_ids}
        return {message_id: Status(row["status"]) for message_id, row in rows.items() if row}

    def change(
        self, tenant_id: str, message_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Message] | Refused[Message]:
        self._check()
        outcome = self.rows.change((tenant_id, message_id), change)
        if isinstance(outcome, Applied):
            self.log.write(entries)
            return Applied(message_of(tenant_id, message_id, outcome.row))
        return Refused(message_of(tenant_id, message_id, outcome.row) if outcome.row else None)

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Message]:
        low = first_id("msg", wanted.since) if wanted.since else "msg_"
        high = first_id("msg", wanted.until) if wanted.until else "msg_~"
        found = [
            message
            for message in self.all_of(tenant_id)
            if low <= message.id < high and wanted.matches(message) and _is_behind(message.id, request)
            if wanted.recipient is None or (tenant_id, wanted.recipient.lower(), message.id) in self.pointers
        ]
        found.sort(key=lambda message: message.id, reverse=request.newest_first)
        return page_of(found, request.limit, lambda message: message.id)

    def waiting_until(self, until_ms: int, limit: int) -> list[Due]:
        return self._due("wait", until_ms, limit)

    def queued_until(self, priority: Priority, until_ms: int, limit: int) -> list[Due]:
        return self._due(priority, until_ms, limit)

    def unwished_until(self, until_ms: int, limit: int) -> list[Due]:
        return self._due("unwished", until_ms, limit)

    def watches_until(self, priority: Priority, until_ms: int, limit: int) -> list[Watch]:
        self._check()
        found = [watch for watch in self.watches.values() if watch.priority is priority and watch.due_at_ms <= until_ms]
        return sorted(found, key=lambda watch: watch.due_at_ms)[:limit]

    def watched(self, watch: Watch) -> Watched:
        found = self.get_many(watch.tickets)
        there = {ticket for ticket in watch.tickets if self.rows.get((ticket.tenant_id, ticket.message_id))}
        return Watched(tuple(found.values()), complete=there == set(found))

    def end_watch(self, watch: Watch) -> None:
        self._check()
        key = watch.tenant_id, watch.message_ids
        if self.watches.get(key) == watch:
            del self.watches[key]

    def all_of(self, tenant_id: str) -> list[Message]:
        return [message_of(key[0], key[1], row) for key, row in sorted(self.rows.all().items()) if key[0] == tenant_id]

    def _readable(self, ticket: Ticket) -> Message | None:
        try:
            return self.get(ticket.tenant_id, ticket.message_id)
        except (KeyError, ValueError):
            return None

    def _due(self, kind: str, until_ms: int, limit: int) -> list[Due]:
        due = [
            Due(Ticket(*key), row["due_at"])
            for key, row in self.rows.all().items()
            if row.get("due_shard", "").startswith(f"{kind}#") and row["due_at"] <= until_ms
        ]
        return sorted(due, key=lambda entry: entry.due_at_ms)[:limit]

    def _check(self) -> None:
        if self.dies_before is not None:
            self.dies_before -= 1
            if self.dies_before < 0:
                raise Died
        self.calls = number = next(self._count)
        if self.down or number in self.fail_on:
            raise Unavailable


@dataclass(frozen=True)
class _Stored:
    blob: bytes
    message: Message

    @property
    def is_large(self) -> bool:
        return len(self.blob) > LARGE

    def open(self) -> Content:
        if self.message.bundle is None:
            return codec.decode(self.blob)
        content = codec.open_bundle(self.blob).content(self.message.id)
        if content is None:
            raise Unsendable("Its content is not stored any more")
        return content


class MemoryContents:
    """``blobs`` by tenant and name: a message's id, or its bundle. What is ``spoilt`` stands in place of the stored."""

    def __init__(self) -> None:
        self.blobs: dict[tuple[str, str], bytes] = {}
        self.spoilt: dict[Ticket, bytes] = {}
        self.down = False

    def put(self, tenant_id: str, contents: Mapping[str, Content], keep_until: datetime) -> dict[str, str]:
        if self.down:
            raise Unavailable
        if len(contents) == 1:
            [(message_id, content)] = contents.items()
            self.blobs[tenant_id, message_id] = codec.encode(content)
            return {}
        blob = codec.encode_bundle(contents)
        bundle = keys.digest([blob])
        self.blobs[tenant_id, bundle] = blob
        return dict.fromkeys(contents, bundle)

    def get_many(self, messages: Sequence[Message]) -> dict[Ticket, StoredContent]:
        found = {
            Ticket(message.tenant_id, message.id): _Stored(self.blobs[name], message)
            for message in messages
            if (name := (message.tenant_id, message.bundle or message.id)) in self.blobs
        }
        spoilt = {
            ticket: _Stored(blob, stored.message)
            for ticket, stored in found.items()
            if (blob := self.spoilt.get(ticket))
        }
        return {**found, **spoilt}


class MemoryQueues:
    """``down``: takes nothing. ``deep``: something is always visible."""

    def __init__(self) -> None:
        self.sent: list[Departure] = []
        self.calls = 0
        self.down = False
        self.deep = False

    def send(self, departures: Sequence[Departure]) -> list[Departure]:
        self.calls += 1
        if self.down:
            return list(departures)
        self.sent += departures
        return []

    def is_drained(self, priority: Priority) -> bool:
        return not self.deep

    def depth(self, priority: Priority) -> int:
        if self.down:
            raise Unavailable
        return sum(departure.priority is priority for departure in self.sent)

    def take_all(self) -> list[Ticket]:
        taken, self.sent = self.sent, []
        return [departure.ticket for departure in taken]


class MemoryBacklog:
    """Counts the rows of a store; of ``most`` at most, and samples one of ``every`` when there are more than that."""

    def __init__(self, store: MemoryMessages, most: int = 1_000_000, every: int = 1) -> None:
        self._store = store
        self._most = most
        self._every = every

    def listed(self, tenant_id: str, status: Status, before: str | None = None) -> Listed:
        found = self._ids(tenant_id, status, before)
        counted = found[: self._most]
        every = self._every if len(counted) > self._every else 1
        sample = dict.fromkeys(counted[::every], float(every))
        return Listed(len(counted), complete=len(found) <= self._most, sample=sample)

    def queued(self, tenant_id: str, expected: int, before: str | None = None) -> Queued:
        alike: dict[tuple[Priority, str | None, str | None, int], list[Message]] = {}
        found = self._ids(tenant_id, Status.QUEUED, before)
        for message_id in found[: self._most]:
            message = self._store.get(tenant_id, message_id)
            if message is not None:
                wishes = message.priority, message.account_id, message.pool_id, len(message.recipients)
                alike.setdefault(wishes, []).append(message)
        each = [Alike(some[0].id, len(some), sum(len(one.recipients) for one in some)) for some in alike.values()]
        return Queued(tuple(each), complete=len(found) <= self._most)

    def _ids(self, tenant_id: str, status: Status, before: str | None) -> list[str]:
        found = (message for message in self._store.all_of(tenant_id) if message.status is status)
        return [message.id for message in found if before is None or message.id < before]


class MemoryArrivals:
    def __init__(self, store: MemoryMessages) -> None:
        self._store = store
        self.answers = True

    def since(self, tenant_id: str, moment: datetime) -> Arrived:
        if not self.answers:
            raise Unavailable
        first = first_id("msg", moment)
        return Arrived(sum(message.id >= first for message in self._store.all_of(tenant_id)), complete=True)


def _is_behind(message_id: str, request: PageRequest) -> bool:
    if request.after is None:
        return True
    return message_id < request.after if request.newest_first else message_id > request.after
