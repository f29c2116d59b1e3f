"""Messages in DynamoDB."""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from pynamodb.attributes import ListAttribute, MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from postroom import faults
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.dynamo import apply, get, insert, translated
from postroom.ids import first_id
from postroom.messages import keys
from postroom.messages.life import index_entries
from postroom.messages.model import Message, Priority
from postroom.messages.ports import Due, Filter, Ticket
from postroom.messages.record import message_of, record_of
from postroom.paging import Page, PageRequest, page_of

log = logging.getLogger(__name__)

_READS_PER_PAGE = 10
"""How many times a filtered page is filled up before it is answered short, with a cursor to go on."""


class DueIndex(GlobalSecondaryIndex["MessageRow"]):
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class TenantIndex(GlobalSecondaryIndex["MessageRow"]):
    class Meta:
        index_name = "by_tenant"
        projection = KeysOnlyProjection()

    tenant_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class StatusIndex(GlobalSecondaryIndex["MessageRow"]):
    class Meta:
        index_name = "by_status"
        projection = KeysOnlyProjection()

    tenant_status = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class AccountIndex(GlobalSecondaryIndex["MessageRow"]):
    class Meta:
        index_name = "by_account"
        projection = KeysOnlyProjection()

    tenant_account = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class MessageRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()
    due_shard = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    tenant_status = UnicodeAttribute()
    tenant_account = UnicodeAttribute(null=True)
    due = DueIndex()
    by_tenant = TenantIndex()
    by_status = StatusIndex()
    by_account = AccountIndex()

    tenant_id = UnicodeAttribute()
    id = UnicodeAttribute()
    status = UnicodeAttribute()
    priority = UnicodeAttribute()
    subject = UnicodeAttribute()
    recipients: MapAttribute[str, Any] = MapAttribute()
    created_ms = NumberAttribute()
    expires_ms = NumberAttribute()
    on_uncertain = UnicodeAttribute()
    account_id = UnicodeAttribute(null=True)
    send_at_ms = NumberAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    detail = UnicodeAttribute(null=True)
    next_attempt_ms = NumberAttribute(null=True)
    sent_ms = NumberAttribute(null=True)
    used_account_id = UnicodeAttribute(null=True)
    appointed_account_id = UnicodeAttribute(null=True)
    message_id = UnicodeAttribute(null=True)
    retries = NumberAttribute()
    attempts: ListAttribute[Any] = ListAttribute()
    metadata: MapAttribute[str, Any] = MapAttribute()
    claim = UnicodeAttribute(null=True)
    lease_ms = NumberAttribute(null=True)
    heals = NumberAttribute()


class RecipientRow(Model):
    """Finds a tenant's messages by whom they go to. It is only a pointer: a message without its row does not exist."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()


ROWS = (MessageRow, RecipientRow)


class DynamoMessages:
    """``retention``: how long a message is kept after it expired."""

    def __init__(self, retention: timedelta) -> None:
        self._retention = retention

    def add(self, message: Message) -> Message:
        ttl = int((message.expires_at + self._retention).timestamp())
        with translated(), RecipientRow.batch_write() as batch:
            for address in message.recipients:
                batch.save(RecipientRow(keys.recipient_partition(message.tenant_id, address), message.id, ttl=ttl))
        pk, sk = keys.message_key(message.tenant_id, message.id)
        if insert(MessageRow(pk, sk, ttl=ttl, **index_entries(message), **record_of(message))):
            return message
        return self.get(message.tenant_id, message.id) or message

    def get(self, tenant_id: str, message_id: str) -> Message | None:
        row = get(MessageRow, keys.message_key(tenant_id, message_id))
        return _message(row) if row else None

    def get_many(self, tickets: Iterable[Ticket]) -> dict[Ticket, Message]:
        wanted = [keys.message_key(ticket.tenant_id, ticket.message_id) for ticket in tickets]
        with translated():
            messages = [_readable(row) for row in MessageRow.batch_get(wanted, consistent_read=True)]
        return {Ticket(message.tenant_id, message.id): message for message in messages if message}

    def change(self, tenant_id: str, message_id: str, change: Change) -> Applied[Message] | Refused[Message]:
        outcome = apply(MessageRow, keys.message_key(tenant_id, message_id), change)
        if isinstance(outcome, Applied):
            return Applied(_message(outcome.row))
        return Refused(_message(outcome.row) if outcome.row else None)

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Message]:
        """Reads the narrowest index and drops what the other conditions exclude."""
        found: list[Message] = []
        after = request.after
        for _ in range(_READS_PER_PAGE):
            ids = self._ids(tenant_id, wanted, request.limit + 1, after, newest_first=request.newest_first)
            read = self.get_many(Ticket(tenant_id, message_id) for message_id in ids)
            messages = [read[ticket] for message_id in ids if (ticket := Ticket(tenant_id, message_id)) in read]
            found += [message for message in messages if wanted.matches(message)]
            if len(ids) <= request.limit:
                return page_of(found, request.limit, _id)
            if len(found) > request.limit:
                return page_of(found, request.limit, _id)
            after = ids[-1]
        return Page(tuple(found), after)

    def waiting_until(self, until_ms: int, limit: int) -> list[Due]:
        return self._due(keys.waiting_shards(), until_ms, limit)

    def queued_until(self, priority: Priority, until_ms: int, limit: int) -> list[Due]:
        return self._due(keys.queued_shards(priority), until_ms, limit)

    def _due(self, shards: Iterable[str], until_ms: int, limit: int) -> list[Due]:
        with translated():
            return [
                Due(Ticket(*keys.ids_of(row.pk)), int(row.due_at))
                for shard in shards
                for row in MessageRow.due.query(shard, DueIndex.due_at <= until_ms, limit=limit)
            ]

    def _ids(self, tenant_id: str, wanted: Filter, limit: int, after: str | None, *, newest_first: bool) -> list[str]:
        low = first_id("msg", wanted.since) if wanted.since else "msg_"
        high = first_id("msg", wanted.until) if wanted.until else "msg_~"
        if after and newest_first:
            high = min(high, after)
        elif after:
            low = max(low, f"{after}~")
        if low >= high:
            return []
        with translated():
            rows = _narrowest(tenant_id, wanted, low, high, limit=limit, scan_index_forward=not newest_first)
            return [message_id for message_id in rows if low <= message_id < high][:limit]


def _narrowest(tenant_id: str, wanted: Filter, low: str, high: str, **how: Any) -> Iterator[str]:  # noqa: ANN401
    """Ids between two bounds, both included, from the index that leaves the least to drop."""
    how["limit"] += 1  # The upper bound itself may be among them and is dropped.
    if wanted.recipient:
        partition = keys.recipient_partition(tenant_id, wanted.recipient)
        return (row.sk for row in RecipientRow.query(partition, RecipientRow.sk.between(low, high), **how))
    if wanted.account_id:
        partition = keys.account_partition(tenant_id, wanted.account_id)
        return (row.id for row in MessageRow.by_account.query(partition, AccountIndex.id.between(low, high), **how))
    if wanted.status:
        partition = keys.status_partition(tenant_id, wanted.status)
        return (row.id for row in MessageRow.by_status.query(partition, StatusIndex.id.between(low, high), **how))
    return (row.id for row in MessageRow.by_tenant.query(tenant_id, TenantIndex.id.between(low, high), **how))


def _readable(row: MessageRow) -> Message | None:
    try:
        return _message(row)
    except (KeyError, ValueError) as error:
        # A row of a newer version, perhaps. It must not keep its neighbours from being read.
        log.error("A message's row cannot be read", extra={"row": row.pk, "fault": faults.kinds(error)})
        return None


def _message(row: MessageRow) -> Message:
    return message_of(row.to_simple_dict())


def _id(message: Message) -> str:
    return message.id
