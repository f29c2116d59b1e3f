"""Counts what a tenant had accepted since some moment: ids sort by time, so that no index and no counter is needed.

Each of the tenant's partitions is walked from the newest on, for a bounded time. What was not walked is taken to be as
dense as what was.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from postroom.dynamo import translated
from postroom.ids import first_id, moment_of
from postroom.messages import keys
from postroom.messages.ports import Arrived
from postroom.messages.rows import MessageRow

_ROWS_AT_ONCE = 1_500
"""A read ends at a megabyte anyway; eight rows of a usual size are a read unit."""

_ROWS_AT_MOST = 12_000
"""Of each partition."""

_SECONDS = 0.8
_BEHIND_ALL = "msg_~"


class DynamoArrivals:
    def since(self, tenant_id: str, moment: datetime, now: datetime) -> Arrived:
        walks = [_Walk(partition, moment) for partition in keys.message_partitions(tenant_id)]
        stop_at = time.monotonic() + _SECONDS
        with ThreadPoolExecutor(len(walks)) as pool:
            list(pool.map(lambda walk: walk.go(stop_at), walks))
        count = sum(walk.estimate(now) for walk in walks)
        return Arrived(round(count), complete=all(walk.is_over for walk in walks))


class _Walk:
    def __init__(self, partition: str, since: datetime) -> None:
        self.is_over = False
        self._partition = partition
        self._since = since
        self._found = 0
        self._oldest: str | None = None
        self._start: dict[str, dict[str, Any]] | None = None

    def go(self, stop_at: float) -> None:
        self._read()
        while not self.is_over and self._found < _ROWS_AT_MOST and time.monotonic() < stop_at:
            self._read()

    def estimate(self, now: datetime) -> float:
        if self.is_over or self._oldest is None:
            return self._found
        walked = (now - moment_of(self._oldest)).total_seconds()
        return self._found * max(1.0, (now - self._since).total_seconds() / max(walked, 0.001))

    def _read(self) -> None:
        with translated():
            answer = MessageRow._get_connection().query(  # noqa: SLF001 - the model's own connection reads keys alone
                self._partition,
                MessageRow.sk.between(first_id("msg", self._since), _BEHIND_ALL),
                attributes_to_get=["sk"],
                exclusive_start_key=self._start,
                scan_index_forward=False,
                limit=_ROWS_AT_ONCE,
            )
        items = answer["Items"]
        self._found += len(items)
        self._oldest = items[-1]["sk"]["S"] if items else self._oldest
        self._start = answer.get("LastEvaluatedKey")
        self.is_over = self._start is None
