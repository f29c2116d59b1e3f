"""Counts what waits in DynamoDB, in bounded time and for bounded money, and says where it stopped.

What is put off is in the index by status: it is counted there by the thousand, and a few along the way stand for the
others. What is only queued is in no index, since an entry would be paid for by every message: it is looked for among
the newest rows of the tenant, of which there are eight partitions.
"""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pynamodb.connection.table import TableConnection

from postroom.dynamo import translated
from postroom.messages import keys
from postroom.messages.model import Status
from postroom.messages.ports import Alike, Listed, Queued
from postroom.messages.rows import MessageRow, StatusIndex

_ALL_READ = 500
_COUNTED_AT_ONCE = 5_000
_COUNTED_AT_MOST = 100_000
"""About 15,000 read units a million entries, and one partition gives 3,000 a second."""

_OF_EACH_PAGE = 25
_ROWS_OF_ROUNDS = (100, 1_500, 1_500)
"""Of each partition. A read ends at a megabyte anyway; most tenants need the first round alone."""

_SECONDS = 0.8
_BEHIND_ALL = "msg_~"

_Item = dict[str, dict[str, Any]]
_Key = tuple[str, str | None, str | None, int]


class DynamoBacklog:
    def listed(self, tenant_id: str, status: Status, before: str | None = None) -> Listed:
        partition = keys.status_partition(tenant_id, status)
        first, more = _page(partition, before, _ALL_READ)
        if more is None:
            return Listed(len(first), complete=True, sample=dict.fromkeys(first, 1.0))
        every = _ALL_READ // 100
        sample = dict.fromkeys(first[::every], float(every))
        count, stop_at = len(first), time.monotonic() + _SECONDS
        while more is not None and count < _COUNTED_AT_MOST and time.monotonic() < stop_at:
            some, more = _page(partition, before, _OF_EACH_PAGE, more)
            counted, more = _count(partition, before, more) if more else (0, None)
            sample |= dict.fromkeys(some, (len(some) + counted) / max(1, len(some)))
            count += len(some) + counted
        return Listed(count, complete=more is None, sample=sample)

    def queued(self, tenant_id: str, expected: int, before: str | None = None) -> Queued:
        walks = [_Walk(partition, before) for partition in keys.message_partitions(tenant_id)]
        stop_at = time.monotonic() + _SECONDS
        with ThreadPoolExecutor(len(walks)) as pool:
            for rows in _ROWS_OF_ROUNDS:
                list(pool.map(lambda walk, rows=rows: walk.go_on(rows), walks))
                found = sum(walk.found.total() for walk in walks)
                if found >= expected or all(walk.is_over for walk in walks) or time.monotonic() >= stop_at:
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


def _page(partition: str, before: str | None, limit: int, start: _Item | None = None) -> tuple[list[str], _Item | None]:
    with translated():
        answer = _query(partition, before, limit, start)
    return [item["sk"]["S"] for item in answer["Items"]], answer.get("LastEvaluatedKey")


def _count(partition: str, before: str | None, start: _Item) -> tuple[int, _Item | None]:
    with translated():
        answer = _query(partition, before, _COUNTED_AT_ONCE, start, select="COUNT")
    return answer["Count"], answer.get("LastEvaluatedKey")


def _query(
    partition: str, before: str | None, limit: int, start: _Item | None, select: str | None = None
) -> dict[str, Any]:
    answer: dict[str, Any] = _table().query(
        partition,
        StatusIndex.sk < (before or _BEHIND_ALL),
        index_name=StatusIndex.Meta.index_name,
        exclusive_start_key=start,
        limit=limit,
        select=select,
    )
    return answer


def _table() -> TableConnection:
    return MessageRow._get_connection()  # noqa: SLF001 - the model's own connection can count
