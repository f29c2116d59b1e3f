"""What every count of what waits must tell, the one in memory and the one in DynamoDB."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from postroom.ids import new_id
from postroom.messages import backlog as backlog_module
from postroom.messages import keys
from postroom.messages.backlog import DynamoBacklog
from postroom.messages.model import Message, Priority, RecipientStatus, Status
from postroom.messages.ports import Backlog, MessageStore
from postroom.messages.rows import ROWS
from postroom.messages.store import DynamoMessages
from tests.builders import a_message
from tests.fakes.messages import MemoryBacklog, MemoryMessages
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

ALL = 10**9


@dataclass(frozen=True)
class Place:
    store: MessageStore
    backlog: Backlog

    def add(self, count: int, **changes: object) -> list[Message]:
        return [
            self.store.add(a_message(id=new_id("msg", NOON + timedelta(seconds=number)), **changes))
            for number in range(count)
        ]


@pytest.fixture(params=["memory", "dynamodb"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "memory":
        store = MemoryMessages()
        yield Place(store, MemoryBacklog(store))
        return
    with tables("messages"):
        name_table(ROWS, "messages")
        yield Place(DynamoMessages(timedelta(days=90)), DynamoBacklog())


def test_what_is_put_off_is_counted_and_all_of_a_few_are_named(place: Place) -> None:
    deferred = place.add(5, status=Status.DEFERRED)
    place.add(3, status=Status.SCHEDULED)
    place.add(2, status=Status.SENT)

    listed = place.backlog.listed("ten_a", Status.DEFERRED)

    assert (listed.count, listed.complete) == (5, True)
    assert listed.sample == {message.id: 1.0 for message in deferred}


def test_what_is_queued_is_counted_by_its_wishes_and_how_many_it_goes_to(place: Place) -> None:
    place.add(4)
    place.add(3, priority=Priority.HIGH, account_id="acc_1")
    place.add(2, pool_id="pool_1")
    place.add(2, status=Status.SENT)
    place.add(1, recipients={f"{n}@example.com": RecipientStatus.PENDING for n in range(3)})

    queued = place.backlog.queued("ten_a", ALL)

    assert queued.complete
    assert sorted((alike.count, alike.recipients) for alike in queued.alike) == [(1, 3), (2, 2), (3, 3), (4, 4)]
    examples = [place.store.get("ten_a", alike.example) for alike in queued.alike]
    assert {(one.priority, one.account_id, one.pool_id) for one in examples if one} == {
        (Priority.NORMAL, None, None),
        (Priority.NORMAL, None, "pool_1"),
        (Priority.HIGH, "acc_1", None),
    }


def test_only_what_was_accepted_earlier_counts_before_a_message(place: Place) -> None:
    queued, deferred = place.add(5), place.add(4, status=Status.DEFERRED)

    assert place.backlog.queued("ten_a", ALL, before=queued[2].id).count == 2
    assert place.backlog.listed("ten_a", Status.DEFERRED, before=deferred[1].id).count == 1


@pytest.mark.parametrize("tenant", ["ten_b", "ten_", "ten_a#deferred"])
def test_nothing_of_another_tenant_is_counted(place: Place, tenant: str) -> None:
    place.add(5)
    place.add(5, status=Status.DEFERRED)

    assert place.backlog.queued(tenant, ALL).count == 0
    assert place.backlog.listed(tenant, Status.DEFERRED).count == 0


@pytest.fixture
def dynamo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    # How fast this machine is must not decide what is found.
    monkeypatch.setattr(backlog_module, "_SECONDS", 60)
    with tables("messages"):
        name_table(ROWS, "messages")
        yield Place(DynamoMessages(timedelta(days=90)), DynamoBacklog())


def test_of_many_a_sample_stands_for_all(dynamo: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog_module, "_SAMPLED", 100)
    monkeypatch.setattr(backlog_module, "_LISTED_AT_ONCE", 20)
    dynamo.add(190, status=Status.DEFERRED)

    listed = dynamo.backlog.listed("ten_a", Status.DEFERRED)

    assert (listed.count, listed.complete) == (190, True)
    assert len(listed.sample) == 95
    assert sum(listed.sample.values()) == pytest.approx(190)


def test_a_count_ends_where_it_is_enough_and_says_so(dynamo: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog_module, "_LISTED_AT_ONCE", 20)
    monkeypatch.setattr(backlog_module, "_COUNTED_AT_MOST", 120)
    dynamo.add(190, status=Status.DEFERRED)

    listed = dynamo.backlog.listed("ten_a", Status.DEFERRED)

    assert not listed.complete
    assert 120 <= listed.count < 190


def test_the_search_for_what_is_queued_ends_with_the_rounds(dynamo: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog_module, "_ROWS_OF_ROUNDS", (3, 2))
    messages = dynamo.add(80)
    of_each_partition = Counter(keys.message_key("ten_a", message.id)[0] for message in messages)

    queued = dynamo.backlog.queued("ten_a", ALL)

    assert not queued.complete
    assert queued.count == sum(min(5, count) for count in of_each_partition.values())


def test_the_search_ends_when_all_that_the_queues_hold_was_found(
    dynamo: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog_module, "_ROWS_OF_ROUNDS", (3, 1000))
    dynamo.add(80, status=Status.SENT)
    dynamo.add(1)

    queued = dynamo.backlog.queued("ten_a", expected=0)

    assert queued.complete
    assert queued.count <= 1
