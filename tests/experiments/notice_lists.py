"""Notices in lists that answer queries as DynamoDB does, and count what a read costs by its rules.

A million rows with all their indexes are too many for an emulator on this machine; sorted lists of places are not. Held
to what a log must answer by ``tests/contract/test_notice_log.py``.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from postroom.notices import keys
from postroom.notices.facets import BY_SENDING, CREATED_PLACE, SENT_PLACE, TOLD_BY_LISTS, entries
from postroom.notices.model import Notice
from postroom.notices.ports import Place
from postroom.notices.rows import notice_row
from tests.fakes.notices import MemoryNotices
from tests.fakes.sizes import item_size

_UNIT = 4096


@dataclass
class Consumed:
    """Read units, and how many requests for lists there were."""

    lists: float = 0
    rows: float = 0
    queries: int = 0

    @property
    def units(self) -> float:
        return self.lists + self.rows


class NoticeLists:
    """The rows, and an index for each list, in the order of its places."""

    def __init__(self) -> None:
        self._notices = MemoryNotices()
        self._lists: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._tenants: dict[tuple[str, str], str] = {}
        self._in_order = True
        self.consumed = Consumed()

    def fill(self, notices: Iterable[Notice]) -> None:
        """New ones, many."""
        for notice in notices:
            self._notices.add([notice])
            self._enter(notice)

    def add(self, notices: Sequence[Notice]) -> list[Notice]:
        self.fill(notice for notice in notices if not self._there(notice))
        return self._notices.add(notices)

    def get_many(self, tenant_id: str, places: Iterable[Place]) -> dict[Place, Notice]:
        found = self._notices.get_many(tenant_id, places)
        self.consumed.rows += sum(ceil(_row_size(notice) / _UNIT) for notice in found.values())
        return found

    def replace(self, seen: Notice, notice: Notice) -> bool:
        before, done = self._there(notice), self._notices.replace(seen, notice)
        after = self._there(notice)
        if before and after:
            for name, place in _places(before):
                self._lists[name].remove(place)
            self._enter(after)
        return done

    def query(self, what: dict[str, Any]) -> dict[str, Any]:
        """A key condition of a partition and a range, as ``listing`` asks."""
        names, values = what["ExpressionAttributeNames"], what["ExpressionAttributeValues"]
        index, key = what.get("IndexName", ""), values[":key"]["S"]
        if not self._in_order:
            for one in self._lists.values():
                one.sort()
            self._in_order = True
        places = self._lists.get((index, key), [])
        some = places[bisect_left(places, values[":low"]["S"]) : bisect_right(places, values[":high"]["S"])]
        found = (some if what["ScanIndexForward"] else some[::-1])[: what["Limit"]]
        items = [self._item(index, key, place, names["#place"]) for place in found]
        self._count(index, key, items)
        return {"Items": items} | ({"LastEvaluatedKey": {}} if len(found) == what["Limit"] else {})

    def _item(self, index: str, key: str, place: str, place_name: str) -> dict[str, dict[str, str]]:
        """Of an index: its keys, those of the table, and what it tells of its notices."""
        notice = self._notice(index, key, place)
        told = {name: getattr(notice, name) for name in TOLD_BY_LISTS.values()}
        pk, sk = keys.notice_key(notice.tenant_id, notice.user_id, notice.event_id)
        named = {"pk": pk, "sk": sk, index or "pk": key, place_name: place, **told}
        return {name: {"S": value} for name, value in named.items() if value is not None}

    def _notice(self, index: str, key: str, place: str) -> Notice:
        user_id, event_id = keys.named_by(place) if index else (key.split("#", 3)[3], place)
        tenant_id = self._tenants[index, key]
        return self._notices.get_many(tenant_id, [(user_id, event_id)])[user_id, event_id]

    def _count(self, index: str, key: str, items: Sequence[dict[str, dict[str, str]]]) -> None:
        if index:
            octets = sum(map(item_size, items))
        else:  # a query of the table is billed for whole rows
            octets = sum(_row_size(self._notice(index, key, item["sk"]["S"])) for item in items)
        self.consumed.lists += max(ceil(octets / _UNIT), 1) / 2
        self.consumed.queries += 1

    def _there(self, notice: Notice) -> Notice | None:
        place = notice.user_id, notice.event_id
        return self._notices.get_many(notice.tenant_id, [place]).get(place)

    def _enter(self, notice: Notice) -> None:
        for name, place in _places(notice):
            self._lists[name].append(place)
            self._tenants[name] = notice.tenant_id
        self._in_order = False


def _places(notice: Notice) -> Iterable[tuple[tuple[str, str], str]]:
    named = entries(notice)
    yield ("", keys.notice_partition(notice.tenant_id, notice.user_id)), notice.event_id
    for name, key in named.items():
        if name not in {CREATED_PLACE, SENT_PLACE}:
            yield (name, key), named[SENT_PLACE if name in BY_SENDING else CREATED_PLACE]


def _row_size(notice: Notice) -> int:
    return item_size(notice_row(notice).serialize(null_check=True))
