"""Counts what waits in DynamoDB, in bounded time and for bounded money, and says where it stopped.

What is put off is in the index by status: it is listed there by the thousand, and some, spread over all of the list,
stand for the others. What is only queued is in no index, since an entry would be paid for by every message: it is
looked for among the newest rows of the tenant, of which there are eight partitions.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import Any

from pynamodb.connection.table import TableConnection

from postroom.dynamo import translated
from postroom.messages import keys
from postroom.messages.model import Status
from postroom.messages.ports import Alike, Listed, Queued
from postroom.messages.rows import MessageRow, StatusIndex

_SAMPLED = 1_000
"""Their rows are read: all of as many, and of more one of each few."""

_LISTED_AT_ONCE = 5_000
_COUNTED_AT_MOST = 100_000
"""About 15,000 read units a million entries, and one partition gives 3,000 a second."""

_ROWS_OF_ROUNDS = (100, 1_500, 1_500)
"""Of each partition. A read ends at a megabyte anyway; most tenants need the first round alone."""

_SECONDS = 0.8
_BEHIND_ALL = "msg_~"

_Item = dict[str, dict[str, Any]]
_Key = tuple[str, str | None, str | None, int]


class DynamoBacklog:
    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds

    def listed(self, tenant_id: str, status: Status, before: str | None = None) -> Listed:
        partition = keys.status_partition(tenant_id, status)
        stop_at = self._seconds() + _SECONDS
        ids, more = _page(partition, before)
        while more is not None and len(ids) < _COUNTED_AT_MOST and self._seconds() < stop_at:
            some, more = _page(partition, before, more)
            ids += some
        sample = list(_spread(ids))
        weight = len(ids) / max(1, len(sample))
        return Listed(len(ids), complete=more is None, sample=dict.fromkeys(sample, weight))

    def queued(self, tenant_id: str, expected: int, before: str | None = None) -> Queued:
        walks = [_Walk(partition, before) for partition in keys.message_partitions(tenant_id)]
        stop_at = self._seconds() + _SECONDS
        with ThreadPoolExecutor(len(walks)) as pool:
            for rows in _ROWS_OF_ROUNDS:
                list(pool.map(lambda walk, rows=rows: walk.go_on(rows), walks))
                found = sum(walk.found.total() for walk in walks)
                if found >= expected or all(walk.is_over for walk in walks) or self._seconds() >= stop_at:
                    break
        complete = found >= expected or all(walk.is_over for walk in walks)
        return Queued(tuple(_alike(walks)), complete)


class _Walk:
    """Through one partition, the newest first; finds what is queued."""

    def __init__(self, partition: str, before: str | None) -> None:
        self.found: Counter[_Key] = Counter()
        self.examples: dict[_Key, str] = {}
        self.is_over = False
        self._partition = partition
        self._before = before
        self._start: _Item | None = None

    def go_on(self, rows: int) -> None:
        if self.is_over:
            return
        with translated():
            answer = _table().query(
                self._partition,
                MessageRow.sk < (self._before or _BEHIND_ALL),
                filter_condition=MessageRow.status == str(Status.QUEUED),
                attributes_to_get=["sk", "priority", "account_id", "pool_id", "recipients"],
                exclusive_start_key=self._start,
                scan_index_forward=False,
                limit=rows,
            )
        for item in answer["Items"]:
            self._note(item)
        self._start = answer.get("LastEvaluatedKey")
        self.is_over = self._start is None

    def _note(self, item: _Item) -> None:
        account, pool = (item.get(name, {}).get("S") for name in ("account_id", "pool_id"))
        key = item["priority"]["S"], account, pool, len(item["recipients"]["M"])
        self.found[key] += 1
        self.examples.setdefault(key, item["sk"]["S"])


def _alike(walks: list[_Walk]) -> Iterator[Alike]:
    for key in {key for walk in walks for key in walk.found}:
        example = next(walk.examples[key] for walk in walks if key in walk.examples)
        count = sum(walk.found[key] for walk in walks)
        yield Alike(example, count, count * key[-1])


def _spread(ids: Sequence[str]) -> Iterator[str]:
    """One of each few: by chance, since two accounts may well take turns in the list, but the same ones each time."""
    every = ceil(len(ids) / _SAMPLED) or 1
    for start in range(0, len(ids), every):
        yield min(ids[start : start + every], key=_by_chance)


def _by_chance(message_id: str) -> str:
    # An id begins with its time, but ends in chance.
    return message_id[::-1]


def _page(partition: str, before: str | None, start: _Item | None = None) -> tuple[list[str], _Item | None]:
    with translated():
        answer = _table().query(
            partition,
            StatusIndex.sk < (before or _BEHIND_ALL),
            index_name=StatusIndex.Meta.index_name,
            attributes_to_get=["sk"],
            exclusive_start_key=start,
            limit=_LISTED_AT_ONCE,
        )
    return [item["sk"]["S"] for item in answer["Items"]], answer.get("LastEvaluatedKey")


def _table() -> TableConnection:
    return MessageRow._get_connection()  # noqa: SLF001 - the model's own connection can count
