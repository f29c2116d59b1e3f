"""What every store of what users were told lately must do: the one in memory and the one in DynamoDB."""

from collections.abc import Iterator

import pytest

from postroom.telling.ports import ToldLately
from postroom.telling.store import ROWS, DynamoToldLately
from tests.fakes.tables import name_table, tables
from tests.fakes.telling import MemoryToldLately

WHO = ("ten_a", "ann", "job_failed")
ONE, TWO = {"evt_1": 1_900_000_000_000}, {"evt_1": 1_900_000_000_000, "evt_2": 1_900_000_060_000}


@pytest.fixture(params=["memory", "dynamodb"])
def lately(request: pytest.FixtureRequest) -> Iterator[ToldLately]:
    if request.param == "memory":
        yield MemoryToldLately()
        return
    with tables("notifications"):
        name_table(ROWS, "notifications")
        yield DynamoToldLately()


def test_who_was_told_nothing_has_no_count(lately: ToldLately) -> None:
    assert lately.get(*WHO) is None


def test_what_was_counted_is_found_by_whom_and_what_it_is_of(lately: ToldLately) -> None:
    assert lately.replace(*WHO, None, ONE)
    assert lately.replace(*WHO, ONE, TWO)

    assert lately.get(*WHO) == TWO
    for other in (("ten_b", *WHO[1:]), ("ten_a", "bob", "job_failed"), ("ten_a", "ann", "job_success")):
        assert lately.get(*other) is None


def test_who_has_seen_something_older_changes_nothing(lately: ToldLately) -> None:
    assert lately.replace(*WHO, None, ONE)

    assert not lately.replace(*WHO, None, TWO)
    assert not lately.replace(*WHO, {"evt_0": 1}, TWO)

    assert lately.get(*WHO) == ONE
