"""The log of notices: lists by any of their facets together, without reading what is not wanted.

There is a list for each facet, and for those pairs that would else have to be looked for in two long lists. What
is wanted is in all the lists that fit; of the table nothing is read but the rows that are given back.
"""

from collections.abc import Callable
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
    Facet,
    Facets,
    Values,
    fitting,
    list_key,
)
from postroom.notices.leapfrog import ListWalk, Some, Together, Walk, shared
from postroom.notices.model import Notice
from postroom.notices.ports import Filter, NoticeStore
from postroom.notices.rows import NoticeRow
from postroom.paging import Page, PageRequest, page_of

_MOST_READS = 200
"""Of lists, for a page, before it is answered short, with a place to go on."""

_FIRST, _LAST = "!", "~"
"""Before and behind all places."""


class DynamoNoticeLog:
    def __init__(self, store: NoticeStore) -> None:
        self._store = store

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Notice]:
        if wanted.by_sending and wanted.status not in {None, *ONCE_SENT}:
            return Page(())
        places = _places(_Reading(tenant_id, wanted, request))
        named = [keys.named_by(place) for place in places.items]
        found = self._store.get_many(tenant_id, named)
        # A list may lag behind its rows.
        items = [found[place] for place in named if place in found and wanted.matches(found[place])]
        return Page(tuple(items), places.last)


@dataclass(frozen=True, slots=True)
class _List:
    """One list: an index with the value of its key, and the attribute that orders it."""

    index: str
    key: str
    order: str


class _Reading:
    """Of the lists, for one page."""

    def __init__(self, tenant_id: str, wanted: Filter, request: PageRequest) -> None:
        self._tenant_id = tenant_id
        self._by_sending = wanted.by_sending
        self._values = _values(wanted)
        self._low = _FIRST if wanted.since is None else _first_at(wanted.since, wanted)
        self._high = _LAST if wanted.until is None else _first_at(wanted.until, wanted)
        self.request = request
        self.reads = 0

    @property
    def start(self) -> str:
        return self.request.after or (self._high if self.request.newest_first else self._low)

    @property
    def walks(self) -> list[Walk]:
        """One for each facet or pair of them, through what has the wanted values of it."""
        if not self._by_sending:
            lists = fitting(BY_EVENT, frozenset(self._values))
            return [self._walk(name, facets, self._values, CREATED_PLACE) for name, facets in lists.items()]
        lists = fitting(BY_SENDING, frozenset({*self._values, Facet.STATUS}))
        return [self._walk_statuses(name, facets) for name, facets in lists.items()]

    def _walk_statuses(self, name: str, facets: Facets) -> Walk:
        status = self._values.get(Facet.STATUS)
        walks = [
            self._walk(name, facets, {**self._values, Facet.STATUS: one}, SENT_PLACE)
            for one in ([status] if status else ONCE_SENT)
        ]
        return Together(walks, newest_first=self.request.newest_first)

    def _walk(self, name: str, facets: Facets, values: Values, order: str) -> Walk:
        if name == THE_TABLE:
            read: Callable[[str, int], Some] = partial(self._read_table, values[Facet.USER])
        else:
            read = partial(self._read_list, _List(name, list_key(self._tenant_id, facets, values), order))
        return ListWalk(read, newest_first=self.request.newest_first)

    def _read_list(self, one: _List, place: str, count: int) -> Some:
        how = {"IndexName": one.index}
        return self._read(how, one.index, one.key, one.order, self._range(place), count)

    def _read_table(self, user_id: str, place: str, count: int) -> Some:
        low, high = (keys.event_in(bound) for bound in self._range(place))
        partition = keys.notice_partition(self._tenant_id, user_id)
        some = self._read({}, "pk", partition, "sk", (low, high), count)
        return Some([keys.place(event_id, user_id) for event_id in some.places], some.complete)

    def _range(self, place: str) -> tuple[str, str]:
        """From a place on, as far as there may be something."""
        if self.request.newest_first:
            return self._low, min(place, self._high)
        return max(place, self._low), self._high

    def _read(  # noqa: PLR0913, PLR0917 - a query
        self, how: dict[str, Any], hash_name: str, key: str, range_name: str, bounds: tuple[str, str], count: int
    ) -> Some:
        low, high = bounds
        if low > high:
            return Some((), complete=True)
        self.reads += 1
        answer = _query(
            {
                **how,
                "KeyConditionExpression": "#key = :key AND #place BETWEEN :low AND :high",
                "ProjectionExpression": "#place",
                "ExpressionAttributeNames": {"#key": hash_name, "#place": range_name},
                "ExpressionAttributeValues": {":key": {"S": key}, ":low": {"S": low}, ":high": {"S": high}},
                "ScanIndexForward": not self.request.newest_first,
                "Limit": count,
            }
        )
        places = [item[range_name]["S"] for item in answer["Items"]]
        return Some(places, complete="LastEvaluatedKey" not in answer)


def _places(reading: _Reading) -> Page[str]:
    found: list[str] = []
    for seen in shared(reading.walks, reading.start):
        if seen.shared:
            found.append(seen.place)
        if len(found) > reading.request.limit:
            break
        if reading.reads >= _MOST_READS:
            return Page(tuple(found), seen.place)
    return page_of(found, reading.request.limit, str)


def _query(what: dict[str, Any]) -> dict[str, Any]:
    """PynamoDB would have to be told of every index by a class of its own."""
    connection = NoticeRow._get_connection().connection  # noqa: SLF001 - the model's own connection
    try:
        answer: dict[str, Any] = connection.dispatch("Query", {"TableName": NoticeRow.Meta.table_name, **what})
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error
    return answer


def _values(wanted: Filter) -> dict[Facet, str]:
    named = {
        Facet.TYPE: wanted.event_type,
        Facet.STATUS: wanted.status,
        Facet.USER: wanted.user_id,
        Facet.JOB: wanted.job_id,
        Facet.RESULT: wanted.result_id,
        Facet.RECIPIENT: wanted.recipient and wanted.recipient.lower(),
    }
    return {facet: str(value) for facet, value in named.items() if value is not None}


def _first_at(moment: datetime, wanted: Filter) -> str:
    """Before all places of that moment."""
    return keys.first_sent_at(to_milliseconds(moment)) if wanted.by_sending else first_id("evt", moment)
