"""What every store of the last runs must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from postroom.system.model import Run
from postroom.system.ports import Runs
from postroom.system.store import ROWS, DynamoRuns
from tests.fakes.system import MemoryRuns
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

MINUTE = timedelta(minutes=1)
WELL = Run("due", NOON, NOON + MINUTE, {"seen_to": 3})


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[Runs]:
    if request.param == "memory":
        yield MemoryRuns()
        return
    with tables("messages"):
        name_table(ROWS, "messages")
        yield DynamoRuns()


def failed(minutes: int) -> Run:
    return Run("due", NOON + minutes * MINUTE, NOON + minutes * MINUTE, fault="Throttled")


def test_before_the_first_run_there_is_none(store: Runs) -> None:
    assert store.last() == {}


def test_each_schedule_has_its_last_run(store: Runs) -> None:
    store.write(failed(0))
    store.write(WELL)
    store.write(Run("daily_reset", NOON, NOON))

    last = store.last()

    assert (last["due"].began_at, last["due"].ended_at, last["due"].did) == (NOON, NOON + MINUTE, {"seen_to": 3})
    assert (last["due"].fault, last["due"].succeeded_at) == (None, NOON + MINUTE)
    assert last["daily_reset"].did == {}


def test_failures_in_a_row_are_known_by_the_first_of_them(store: Runs) -> None:
    store.write(WELL)
    store.write(failed(5))
    store.write(failed(6))

    [last] = store.last().values()

    assert (last.fault, last.began_at) == ("Throttled", NOON + 6 * MINUTE)
    assert last.failing_since == NOON + 5 * MINUTE
    assert last.succeeded_at == NOON + MINUTE


def test_a_run_that_goes_well_ends_the_row(store: Runs) -> None:
    store.write(failed(5))
    store.write(WELL)
    store.write(failed(9))

    assert store.last()["due"].failing_since == NOON + 9 * MINUTE
