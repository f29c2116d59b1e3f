"""Many events of one kind at the same moment, on an engine that is exact. The naive way must fail on it."""

import threading
from collections.abc import Iterator

import pytest

from postroom.clock import system_clock
from postroom.ids import new_id
from postroom.notices.keys import throttle_key
from postroom.rolling import Counted
from postroom.telling.store import ROWS, DynamoToldLately, ToldLatelyRow
from postroom.telling.throttle import AdmitByHour
from tests.e2e.conftest import LiveStack
from tests.faults.racing import race

RACERS = 24


@pytest.fixture(autouse=True)
def real_table(stack: LiveStack) -> Iterator[None]:
    with stack.tables_here(NotificationsTable=ROWS):
        yield


@pytest.mark.parametrize("most", [1, 7])
def test_of_events_at_the_same_moment_exactly_so_many_are_told_at_once(most: int) -> None:
    lately, user_id = DynamoToldLately(), new_id("usr", system_clock())
    throttle = AdmitByHour(lately)

    def work() -> int:
        ids = [new_id("evt", system_clock()) for _ in range(3)]
        now = system_clock()
        admitted = [one for one in ids if throttle.admits("ten_a", user_id, "job_failed", one, most, now)]
        assert all(throttle.admits("ten_a", user_id, "job_failed", one, most, now) for one in admitted)
        return len(admitted)

    assert race(RACERS, work) == most
    assert len(lately.get("ten_a", user_id, "job_failed") or ()) == most


class _Naive(DynamoToldLately):
    """All have looked before the first one writes, and whoever writes last wins."""

    def __init__(self) -> None:
        self._all_have_looked = threading.Barrier(RACERS)

    def get(self, tenant_id: str, user_id: str, event_type: str) -> Counted | None:
        found = super().get(tenant_id, user_id, event_type)
        self._all_have_looked.wait(60)
        return found

    def replace(self, tenant_id: str, user_id: str, event_type: str, seen: Counted | None, counted: Counted) -> bool:
        del seen
        keys = throttle_key(tenant_id, user_id, event_type)
        ToldLatelyRow(*keys, counted=dict(counted), ttl=0).save()
        return True


def test_the_naive_way_tells_too_much_at_once_on_the_same_engine() -> None:
    throttle, user_id = AdmitByHour(_Naive()), new_id("usr", system_clock())

    def work() -> int:
        now = system_clock()
        return throttle.admits("ten_a", user_id, "job_failed", new_id("evt", now), 7, now)

    assert race(RACERS, work) > 7
