"""Messages in DynamoDB."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta

from pynamodb.exceptions import DeleteError

from postroom import faults
from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.dynamo import apply, get, insert, plain, refused, translated
from postroom.messages import keys
from postroom.messages.life import index_entries
from postroom.messages.listing import page_from
from postroom.messages.model import Message, Priority, Status
from postroom.messages.ports import Due, Filter, Ticket, Watch, Watched
from postroom.messages.record import message_of, record_of
from postroom.messages.rows import DueIndex, MessageRow, RecipientRow, WatchRow
from postroom.paging import Page, PageRequest

log = logging.getLogger(__name__)


class DynamoMessages:
    """``retention``: how long a message is kept after it expired."""

    def __init__(self, retention: timedelta) -> None:
        self._retention = retention

    def point_to(self, messages: Sequence[Message]) -> None:
        with translated(), RecipientRow.batch_write() as batch:
            for message in messages:
                for address in message.recipients:
                    partition = keys.recipient_partition(message.tenant_id, address)
                    batch.save(RecipientRow(partition, message.id, ttl=self._ttl(message)))

    def watch(self, watch: Watch) -> None:
        name = _watch_id(watch)
        row = WatchRow(
            *keys.watch_key(watch.tenant_id, name),
            due_shard=keys.watch_shard(watch.priority, name),
            due_at=watch.due_at_ms,
            message_ids=list(watch.message_ids),
            ttl=watch.due_at_ms // 1000 + int(self._retention.total_seconds()),
        )
        with translated():
            row.save()

    def add(self, message: Message, *, watched: bool = False) -> Message:
        pk, sk = keys.message_key(message.tenant_id, message.id)
        entries = index_entries(message, watched=watched)
        if insert(MessageRow(pk, sk, ttl=self._ttl(message), **entries, **record_of(message))):
            return message
        return self.get(message.tenant_id, message.id) or message

    def get(self, tenant_id: str, message_id: str) -> Message | None:
        row = get(MessageRow, keys.message_key(tenant_id, message_id))
        return _message(row) if row else None

    def get_many(self, tickets: Iterable[Ticket]) -> dict[Ticket, Message]:
        return {Ticket(message.tenant_id, message.id): message for message in _read(tickets) if message}

    def statuses(self, tenant_id: str, message_ids: Sequence[str]) -> dict[str, Status]:
        wanted = [keys.message_key(tenant_id, message_id) for message_id in message_ids]
        with translated():
            rows = MessageRow.batch_get(wanted, consistent_read=True, attributes_to_get=["pk", "sk", "status"])
            return {row.sk: Status(row.status) for row in rows}

    def change(
        self, tenant_id: str, message_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Message] | Refused[Message]:
        outcome = apply(MessageRow, keys.message_key(tenant_id, message_id), change, rows_of(entries))
        if isinstance(outcome, Applied):
            return Applied(_message(outcome.row))
        return Refused(_message(outcome.row) if outcome.row else None)

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Message]:
        return page_from(tenant_id, wanted, request, self.get_many, _readable)

    def waiting_until(self, until_ms: int, limit: int) -> list[Due]:
        return _due(keys.waiting_shards(), until_ms, limit)

    def queued_until(self, priority: Priority, until_ms: int, limit: int) -> list[Due]:
        return _due(keys.queued_shards(priority), until_ms, limit)

    def watches_until(self, priority: Priority, until_ms: int, limit: int) -> list[Watch]:
        entries = _entries(keys.watch_shards(priority), until_ms, limit)
        with translated():
            rows = list(WatchRow.batch_get([(entry.pk, entry.sk) for entry in entries], consistent_read=True))
        watches = [Watch(keys.tenant_of(row.pk), priority, tuple(row.message_ids), int(row.due_at)) for row in rows]
        # The index may lag behind a watch that was stored again, and whose messages are being written right now.
        return [watch for watch in watches if watch.due_at_ms <= until_ms]

    def unwished_until(self, until_ms: int, limit: int) -> list[Due]:
        return _due(keys.unwished_shards(), until_ms, limit)

    def watched(self, watch: Watch) -> Watched:
        messages = _read(watch.tickets)
        return Watched(tuple(filter(None, messages)), complete=None not in messages)

    def end_watch(self, watch: Watch) -> None:
        row = WatchRow(*keys.watch_key(watch.tenant_id, _watch_id(watch)))
        with translated():
            try:
                row.delete(WatchRow.due_at == watch.due_at_ms)
            except DeleteError as error:
                if not refused(error):
                    raise

    def _ttl(self, message: Message) -> int:
        return int((message.expires_at + self._retention).timestamp())


def _due(shards: Iterable[str], until_ms: int, limit: int) -> list[Due]:
    entries = _entries(shards, until_ms, limit)
    return [Due(Ticket(keys.tenant_of(entry.pk), entry.sk), int(entry.due_at or 0)) for entry in entries]


def _entries(shards: Iterable[str], until_ms: int, limit: int) -> list[MessageRow]:
    with translated():
        return [
            row for shard in shards for row in MessageRow.due.query(shard, DueIndex.due_at <= until_ms, limit=limit)
        ]


def _watch_id(watch: Watch) -> str:
    return keys.digest(message_id.encode() for message_id in watch.message_ids)


def _read(tickets: Iterable[Ticket]) -> list[Message | None]:
    """None for a row that is there and cannot be read."""
    wanted = [keys.message_key(ticket.tenant_id, ticket.message_id) for ticket in tickets]
    with translated():
        return [_readable(row) for row in MessageRow.batch_get(wanted, consistent_read=True)]


def _readable(row: MessageRow) -> Message | None:
    try:
        return _message(row)
    except Exception as error:  # noqa: BLE001 - written by another version or by hand, and must not hide its neighbours
        log.error("A message's row cannot be read", extra={"row": row.sk, "fault": faults.kinds(error)})
        return None


def _message(row: MessageRow) -> Message:
    return message_of(keys.tenant_of(row.pk), row.sk, plain(row))
