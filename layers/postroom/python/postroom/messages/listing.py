"""Lists of a tenant's messages, in the order of their ids, which is the order in which they were made.

What an index finds, by recipient or by an unusual status, is read through it. Everything else is read from the
messages themselves: they lie in several partitions, each in order, and are merged as far as somebody wants to see.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from heapq import merge
from operator import and_
from typing import Any

from pynamodb.expressions.condition import Condition

from postroom.dynamo import translated
from postroom.ids import first_id
from postroom.messages import keys
from postroom.messages.model import LISTED, Message
from postroom.messages.ports import Filter, Ticket
from postroom.messages.rows import MessageRow, RecipientRow, StatusIndex
from postroom.paging import Page, PageRequest, filled, page_of

_READS_PER_MERGED_PAGE = 40
_ROWS_PER_FILTERED_READ = 100
_ROWS_PER_READ_AT_LEAST = 5

GetMany = Callable[[Iterable[Ticket]], Mapping[Ticket, Message]]
Readable = Callable[[MessageRow], Message | None]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Of ids: ``low`` is among them, ``high`` is not."""

    low: str
    high: str

    @classmethod
    def of(cls, wanted: Filter, request: PageRequest) -> "_Bounds":
        low = first_id("msg", wanted.since) if wanted.since else "msg_"
        high = first_id("msg", wanted.until) if wanted.until else "msg_~"
        if request.after and request.newest_first:
            return cls(low, min(high, request.after))
        return cls(max(low, f"{request.after}~") if request.after else low, high)

    @property
    def empty(self) -> bool:
        return self.low >= self.high

    def hold(self, message_id: str) -> bool:
        return self.low <= message_id < self.high


@dataclass(frozen=True, slots=True)
class _Seen:
    """A step of a walk through a partition: everything up to ``id`` has been seen, and this ``message`` is wanted."""

    id: str
    message: Message | None = None


def page_from(
    tenant_id: str, wanted: Filter, request: PageRequest, get_many: GetMany, readable: Readable
) -> Page[Message]:
    if wanted.recipient or wanted.status in LISTED:
        return filled(partial(_from_an_index, tenant_id, wanted, get_many), wanted.matches, request, _id)
    return _merged(tenant_id, wanted, request, _Bounds.of(wanted, request), readable)


def _from_an_index(tenant_id: str, wanted: Filter, get_many: GetMany, request: PageRequest) -> Page[Message]:
    """Short where an index has a message that is gone."""
    ids = page_of(_ids(tenant_id, wanted, request), request.limit, str)
    tickets = [Ticket(tenant_id, message_id) for message_id in ids.items]
    read = get_many(tickets)
    return Page(tuple(read[ticket] for ticket in tickets if ticket in read), ids.last)


def _ids(tenant_id: str, wanted: Filter, request: PageRequest) -> list[str]:
    bounds = _Bounds.of(wanted, request)
    if bounds.empty:
        return []
    # One more tells that there is a next page, and the upper bound itself may be among them.
    how: dict[str, Any] = {"limit": request.limit + 2, "scan_index_forward": not request.newest_first}
    rows: Iterable[RecipientRow | MessageRow]
    with translated():
        if wanted.recipient:
            partition = keys.recipient_partition(tenant_id, wanted.recipient)
            rows = RecipientRow.query(partition, RecipientRow.sk.between(bounds.low, bounds.high), **how)
        else:
            partition = keys.status_partition(tenant_id, wanted.status or "")
            rows = MessageRow.by_status.query(partition, StatusIndex.sk.between(bounds.low, bounds.high), **how)
        return [row.sk for row in rows if bounds.hold(row.sk)][: request.limit + 1]


def _merged(tenant_id: str, wanted: Filter, request: PageRequest, bounds: _Bounds, readable: Readable) -> Page[Message]:
    if bounds.empty:
        return Page(())
    walks = [_walk(partition, wanted, request, bounds, readable) for partition in keys.message_partitions(tenant_id)]
    found: list[Message] = []
    reads = 0
    for seen in merge(*walks, key=lambda seen: seen.id, reverse=request.newest_first):
        if seen.message is None:
            reads += 1
        elif bounds.hold(seen.id) and wanted.matches(seen.message):
            found.append(seen.message)
        if len(found) > request.limit:
            break
        if reads == _READS_PER_MERGED_PAGE:
            return Page(tuple(found), seen.id)
    return page_of(found, request.limit, _id)


def _walk(partition: str, wanted: Filter, request: PageRequest, bounds: _Bounds, readable: Readable) -> Iterator[_Seen]:
    """Reads on only as far as somebody asks. A step without a message follows each read that was not the last."""
    condition = _condition(wanted)
    few = max(_ROWS_PER_READ_AT_LEAST, request.limit // 4)
    pages = MessageRow.query(
        partition,
        MessageRow.sk.between(bounds.low, bounds.high),
        condition,
        page_size=few if condition is None else _ROWS_PER_FILTERED_READ,
        scan_index_forward=not request.newest_first,
    ).page_iter
    while True:
        with translated():
            page = next(pages, None)
        if page is None:
            return
        for item in page["Items"]:
            message = readable(MessageRow.from_raw_data(item))
            if message is not None:
                yield _Seen(message.id, message)
        if pages.last_evaluated_key:
            yield _Seen(pages.last_evaluated_key["sk"]["S"])


def _condition(wanted: Filter) -> Condition | None:
    conditions: list[Condition] = []
    if wanted.account_id is not None:
        named: Condition = MessageRow.account_id == wanted.account_id
        conditions.append(named | (MessageRow.used_account_id == wanted.account_id))
    if wanted.pool_id is not None:
        conditions.append(MessageRow.pool_id == wanted.pool_id)
    if wanted.status is not None:
        conditions.append(MessageRow.status == str(wanted.status))
    return reduce(and_, conditions) if conditions else None


def _id(message: Message) -> str:
    return message.id
