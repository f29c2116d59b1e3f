"""How far a count goes when there is no end, and who stands for the others."""

import threading
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest

from postroom.messages import backlog as module
from postroom.messages.backlog import DynamoBacklog
from postroom.messages.model import Status
from postroom.messages.ports import Listed

READ_UNIT = 8192
"""Bytes that are read for one unit, if not consistently."""

ENTRY, ROW = 122, 700

TOGETHER = 8
"""Pages of what is queued that are read side by side, which this clock counts one after the other."""


class EndlessTable:
    """Has more of everything, however much was read; ``seconds`` is how long it takes for a page, by its own clock."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.calls = 0
        self.units = 0.0
        self.time = 0.0
        self._seconds = seconds
        self._lock = threading.Lock()

    def query(self, _partition: str, _range: object = None, **how: Any) -> dict[str, Any]:  # noqa: ANN401 - PynamoDB's
        size = ENTRY if how.get("index_name") else ROW
        count = min(how["limit"], 1_000_000 // size)
        with self._lock:
            self.calls += 1
            self.time += self._seconds
            self.units += count * size / READ_UNIT
            number = self.calls
        item = {"priority": {"S": "normal"}, "recipients": {"M": {"a": {}}}}
        items = [item | {"sk": {"S": f"msg_{number}_{index}"}} for index in range(count)]
        return {"Items": items, "LastEvaluatedKey": {"sk": {"S": "x"}}}


class ShortTable:
    """Lists what is put off under ids that end in chance, as those of messages do; ``names`` say what each is."""

    def __init__(self, names: Iterable[str]) -> None:
        random = Random(1)
        self._ids = [f"msg_{index:09}{name}{random.getrandbits(60):015x}" for index, name in enumerate(names)]

    def query(self, _partition: str, _range: object = None, **how: Any) -> dict[str, Any]:  # noqa: ANN401 - PynamoDB's
        start = int(how["exclusive_start_key"]["sk"]["S"]) if how["exclusive_start_key"] else 0
        end = start + how["limit"]
        page = self._ids[start:end]
        more = {"LastEvaluatedKey": {"sk": {"S": str(end)}}} if end < len(self._ids) else {}
        return {"Items": [{"sk": {"S": one}} for one in page], "Count": len(page), **more}


def share_of(name: str, listed: Listed) -> float:
    return sum(weight for message_id, weight in listed.sample.items() if message_id[13] == name)


def test_what_comes_in_runs_is_sampled_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ShortTable("a" * 500 + "b" * 25 + "a" * 700)
    monkeypatch.setattr(module, "_table", lambda: table)

    listed = DynamoBacklog().listed("ten_a", Status.DEFERRED)

    assert listed.count == 1225
    assert share_of("a", listed) == pytest.approx(1200, rel=0.01)
    assert share_of("b", listed) == pytest.approx(25, abs=3)


def test_what_comes_in_turns_is_sampled_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ShortTable("ab" * 4_000)
    monkeypatch.setattr(module, "_table", lambda: table)

    listed = DynamoBacklog().listed("ten_a", Status.DEFERRED)

    assert len(listed.sample) == 1_000
    assert share_of("a", listed) == pytest.approx(4_000, rel=0.1)


def test_the_same_stand_for_the_others_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ShortTable("a" * 3_000)
    monkeypatch.setattr(module, "_table", lambda: table)

    assert DynamoBacklog().listed("ten_a", Status.DEFERRED) == DynamoBacklog().listed("ten_a", Status.DEFERRED)


def test_a_million_that_are_put_off_cost_no_more_than_a_hundred_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    table = EndlessTable()
    monkeypatch.setattr(module, "_table", lambda: table)

    listed = DynamoBacklog(lambda: table.time).listed("ten_a", Status.DEFERRED)

    assert not listed.complete
    assert 100_000 <= listed.count <= 106_000
    assert sum(listed.sample.values()) == pytest.approx(listed.count)
    assert len(listed.sample) <= 1_000
    assert table.calls <= 21
    assert table.units < 1_700


def test_a_million_that_are_queued_are_looked_for_in_three_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    table = EndlessTable()
    monkeypatch.setattr(module, "_table", lambda: table)

    queued = DynamoBacklog(lambda: table.time).queued("ten_a", expected=1_000_000)

    assert not queued.complete
    assert queued.count > 20_000
    assert table.calls == 24
    assert table.units < 2_200


@pytest.mark.parametrize("status", [Status.QUEUED, Status.DEFERRED])
def test_a_slow_table_ends_the_count_in_about_a_second(status: Status, monkeypatch: pytest.MonkeyPatch) -> None:
    table = EndlessTable(0.3)
    monkeypatch.setattr(module, "_table", lambda: table)
    backlog = DynamoBacklog(lambda: table.time)

    if status is Status.QUEUED:
        found = backlog.queued("ten_a", expected=1_000_000).complete
    else:
        found = backlog.listed("ten_a", Status.DEFERRED).complete

    assert not found
    assert table.time < TOGETHER * 0.3 + 1.2
