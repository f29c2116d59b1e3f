"""The log of notices: lists by any of their facets together, without reading what is not wanted.

There is a list for each facet, and for those pairs that would else have to be looked for in two long lists. What is
wanted is in all the lists that fit, and the narrowest of them is read (``narrowest``); of the table nothing is read but
the rows that are given back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from postroom.clock import to_milliseconds
from postroom.errors import Unavailable
from postroom.ids import first_id
from postroom.notices import keys
from postroom.notices.facets import (
    BY_EVENT,
    BY_SENDING,
    CREATED_PLACE,
    ONCE_SENT,
    SENT_PLACE,
    THE_TABLE,
    TOLD_BY_LISTS,
    Facet,
    Facets,
    Values,
    fitting,
    known,
    list_key,
)
from postroom.notices.model import Notice
from postroom.notices.narrowest import Entry, OneList, Order, Read, Some, Together, narrowest
from postroom.notices.ports import Filter, NoticeStore
from postroom.notices.rows import NoticeRow
from postroom.paging import Page, PageRequest, page_of

_MOST_READS = 50
"""Of lists, for a page, before it is answered short, with a place to go on."""

_AT_LEAST = 15
"""So many are 4 kB, with ids of usual lengths, and billed like a single one."""

Item = Mapping[str, Mapping[str, str]]

_FIRST, _LAST = "!", "~"
"""Before and behind all places."""


Query = Callable[[dict[str, Any]], dict[str, Any]]
"""Puts a question to the table: all but the name of it."""


def query_the_table(what: dict[str, Any]) -> dict[str, Any]:
    """PynamoDB would have to be told of every index by a class of its own."""
    connection = NoticeRow._get_connection().connection  # noqa: SLF001 - the model's own connection
    try:
        answer: dict[str, Any] = connection.dispatch("Query", {"TableName": NoticeRow.Meta.table_name, **what})
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error
    return answer


class DynamoNoticeLog:
    def __init__(self, store: NoticeStore, query: Query = query_the_table) -> None:
        self._store = store
        self._query = query

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Notice]:
        if wanted.by_sending and wanted.status not in {None, *ONCE_SENT}:
            return Page(())
        places = _places(_Reading(self._query, tenant_id, wanted, request))
        named = [keys.named_by(place) for place in places.items]
        found = self._store.get_many(tenant_id, named)
        # A list may lag behind its rows.
        items = [found[place] for place in named if place in found and wanted.matches(found[place])]
        return Page(tuple(items), places.last)


@dataclass(frozen=True, slots=True)
class _List:
    """One list: where it is, its key, and what orders it."""

    where: Mapping[str, str]
    hash_name: str
    key: str
    range_name: str


class _Reading:
    """Of the lists, for one page."""

    def __init__(self, query: Query, tenant_id: str, wanted: Filter, request: PageRequest) -> None:
        self._query = query
        self._tenant_id = tenant_id
        self._by_sending = wanted.by_sending
        self._values = wanted.values
        self._low = _FIRST if wanted.since is None else _first_at(wanted.since, wanted)
        self._high = _LAST if wanted.until is None else _first_at(wanted.until, wanted)
        self.request = request
        self.order = Order(request.newest_first)
        self.reads = 0

    @property
    def start(self) -> str:
        return self.request.after or (self._high if self.request.newest_first else self._low)

    @property
    def lists(self) -> list[Read]:
        """Each of which has all that is wanted, and tells of each entry whether it is."""
        if self._by_sending:
            lists = fitting(BY_SENDING, frozenset({*self._values, Facet.STATUS}))
            return [self._of_statuses(name, facets) for name, facets in lists.items()]
        lists = fitting(BY_EVENT, frozenset(self._values))
        told = {name: facets for name, facets in lists.items() if Facet.STATUS in facets or not self._status}
        return [self._list(name, facets, self._values, CREATED_PLACE) for name, facets in told.items()]

    @property
    def _status(self) -> str | None:
        return self._values.get(Facet.STATUS)

    def _of_statuses(self, name: str, facets: Facets) -> Read:
        return Together(
            [
                self._list(name, facets, {**self._values, Facet.STATUS: one}, SENT_PLACE)
                for one in ([self._status] if self._status else ONCE_SENT)
            ],
            self.order,
        )

    def _list(self, name: str, facets: Facets, values: Values, place: str) -> Read:
        if name == THE_TABLE:
            partition = keys.notice_partition(self._tenant_id, values[Facet.USER])
            return OneList(partial(self._read_table, values[Facet.USER], _List({}, "pk", partition, "sk")), self.order)
        key = list_key(self._tenant_id, facets, values)
        return OneList(partial(self._read_list, _List({"IndexName": name}, name, key, place)), self.order)

    def _read_list(self, one: _List, place: str, count: int) -> Some:
        items, complete = self._read(one, self._range(place), count)
        return self._some([(item[one.range_name]["S"], item) for item in items], place, complete=complete)

    def _read_table(self, user_id: str, one: _List, place: str, count: int) -> Some:
        low, high = (keys.event_in(bound) for bound in self._range(place))
        items, complete = self._read(one, (low, high), count)
        return self._some([(keys.place(item["sk"]["S"], user_id), item) for item in items], place, complete=complete)

    def _some(self, found: list[tuple[str, Item]], place: str, *, complete: bool) -> Some:
        entries = [Entry(one, self._is_wanted(one, item)) for one, item in found if self.order.is_behind(one, place)]
        return Some(entries, complete)

    def _is_wanted(self, place: str, item: Item) -> bool:
        user_id, _ = keys.named_by(place)
        told = known({facet: item.get(name, {}).get("S") for facet, name in TOLD_BY_LISTS.items()})
        asked = {facet: value for facet, value in self._values.items() if facet is not Facet.STATUS}
        return asked.items() <= {**told, Facet.USER: user_id}.items()

    def _range(self, place: str) -> tuple[str, str]:
        """From a place on, as far as there may be something."""
        if self.request.newest_first:
            return self._low, min(place, self._high)
        return max(place, self._low), self._high

    def _read(self, one: _List, bounds: tuple[str, str], count: int) -> tuple[list[Item], bool]:
        low, high = bounds
        if low > high:
            return [], True
        self.reads += 1
        told = {f"#{name}": name for name in TOLD_BY_LISTS.values()}
        answer = self._query(
            {
                **one.where,
                "KeyConditionExpression": "#key = :key AND #place BETWEEN :low AND :high",
                "ProjectionExpression": ", ".join(("#place", *told)),
                "ExpressionAttributeNames": {"#key": one.hash_name, "#place": one.range_name, **told},
                "ExpressionAttributeValues": {":key": {"S": one.key}, ":low": {"S": low}, ":high": {"S": high}},
                "ScanIndexForward": not self.request.newest_first,
                "Limit": count + 1,  # the place itself may be among them
            }
        )
        return answer["Items"], "LastEvaluatedKey" not in answer


def _places(reading: _Reading) -> Page[str]:
    found: list[str] = []
    limit, order = reading.request.limit, reading.order
    for some in narrowest(reading.lists, reading.start, max(limit + 1, _AT_LEAST), order):
        found += [entry.place for entry in some.entries if entry.wanted]
        if len(found) > limit:
            break
        if reading.reads >= _MOST_READS and not some.complete:
            return Page(tuple(found), some.entries[-1].place)
    return page_of(found, limit, str)


def _first_at(moment: datetime, wanted: Filter) -> str:
    """Before all places of that moment."""
    return keys.first_sent_at(to_milliseconds(moment)) if wanted.by_sending else first_id("evt", moment)
