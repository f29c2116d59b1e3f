"""Counts what a tenant had accepted since some moment: ids sort by time, so that no index and no counter is needed.

Each of the tenant's partitions is walked from the newest on, for a bounded time. What was not walked is not guessed:
the messages of a job lie all at the moment at which it was asked for, and say nothing of any other.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from postroom.dynamo import translated
from postroom.ids import first_id
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
    def since(self, tenant_id: str, moment: datetime) -> Arrived:
        walks = [_Walk(partition, moment) for partition in keys.message_partitions(tenant_id)]
        stop_at = time.monotonic() + _SECONDS
        with ThreadPoolExecutor(len(walks)) as pool:
            list(pool.map(lambda walk: walk.go(stop_at), walks))
        return Arrived(sum(walk.found for walk in walks), complete=all(walk.is_over for walk in walks))


class _Walk:
    def __init__(self, partition: str, since: datetime) -> None:
        self.is_over = False
        self.found = 0
        self._partition = partition
        self._since = since
        self._start: dict[str, dict[str, Any]] | None = None

    def go(self, stop_at: float) -> None:
        self._read()
        while not self.is_over and self.found < _ROWS_AT_MOST and time.monotonic() < stop_at:
            self._read()

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
        self.found += len(answer["Items"])
        self._start = answer.get("LastEvaluatedKey")
        self.is_over = self._start is None
