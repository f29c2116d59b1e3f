"""What every count of what was accepted must tell, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from postroom.ids import new_id
from postroom.messages import arrivals as arrivals_module
from postroom.messages.arrivals import DynamoArrivals
from postroom.messages.model import Status
from postroom.messages.ports import Arrivals, Arrived, MessageStore
from postroom.messages.rows import ROWS
from postroom.messages.store import DynamoMessages
from tests.builders import a_message
from tests.fakes.messages import MemoryArrivals, MemoryMessages
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Place:
    store: MessageStore
    arrivals: Arrivals

    def add(self, count: int, ago: timedelta, tenant_id: str = "ten_a", status: Status = Status.SENT) -> None:
        for _ in range(count):
            self.store.add(a_message(tenant_id=tenant_id, id=new_id("msg", NOON - ago), status=status))

    def of_last_hour(self) -> Arrived:
        return self.arrivals.since("ten_a", NOON - AN_HOUR)


@pytest.fixture(params=["memory", "dynamodb"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "memory":
        store = MemoryMessages()
        yield Place(store, MemoryArrivals(store))
        return
    with tables("messages"):
        name_table(ROWS, "messages")
        yield Place(DynamoMessages(timedelta(days=90)), DynamoArrivals())


def test_what_was_accepted_since_then_is_counted_whatever_became_of_it(place: Place) -> None:
    place.add(20, timedelta(minutes=59))
    place.add(3, timedelta(0), status=Status.QUEUED)
    place.add(5, timedelta(minutes=61))
    place.add(7, timedelta(0), tenant_id="ten_b")

    assert place.of_last_hour() == Arrived(23, complete=True)


def test_where_nothing_was_accepted_it_is_none(place: Place) -> None:
    assert place.of_last_hour() == Arrived(0, complete=True)


def test_what_was_not_walked_is_not_guessed(
    place: Place, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if request.node.callspec.params["place"] == "memory":
        pytest.skip("it counts all")
    # As a job's are: all at one moment, which says nothing of the hour before.
    place.add(240, timedelta(minutes=1))
    monkeypatch.setattr(arrivals_module, "_ROWS_AT_ONCE", 4)
    monkeypatch.setattr(arrivals_module, "_ROWS_AT_MOST", 12)

    arrived = place.of_last_hour()

    assert not arrived.complete
    assert 0 < arrived.count <= 240
