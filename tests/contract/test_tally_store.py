"""What every store of counted requests must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator

import pytest

from postroom.change import Change, Equals, Set
from postroom.conditional import Applied, Refused
from postroom.tenancy.rates.model import TENANT, Tally
from postroom.tenancy.rates.ports import Tallies
from postroom.tenancy.rates.store import ROWS, DynamoTallies
from postroom.tenancy.rates.window import new_tally, plan_taking
from tests.fakes.rates import MemoryTallies
from tests.fakes.tables import name_table, tables

ONE, OTHER = "ten_one", "ten_other"
SLOT = 1000
LIMITS = {TENANT: 100, "key_a": 50}


@pytest.fixture(params=["memory", "dynamodb"])
def tallies(request: pytest.FixtureRequest) -> Iterator[Tallies]:
    if request.param == "memory":
        yield MemoryTallies()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DynamoTallies()


def take(tallies: Tallies, seen: Tally, slot: int, wanted: int = 1) -> Tally:
    taking = plan_taking(seen, LIMITS, slot, wanted)
    assert taking
    outcome = tallies.apply(ONE, taking.change)
    assert isinstance(outcome, Applied)
    return outcome.row


def test_what_is_not_there_is_none_and_refuses_a_change(tallies: Tallies) -> None:
    change = Change((Set(("per_minute",), 5),))

    assert tallies.get(ONE) is None
    assert tallies.apply(ONE, change) == Refused(None)


def test_a_row_is_added_once_and_found_as_it_is(tallies: Tallies) -> None:
    added = tallies.add(ONE, new_tally(SLOT)), tallies.add(ONE, new_tally(SLOT + 1))

    assert added == (True, False)
    assert tallies.get(ONE) == new_tally(SLOT)


def test_one_write_counts_the_key_and_its_tenant(tallies: Tallies) -> None:
    tallies.add(ONE, new_tally(SLOT))

    first = take(tallies, new_tally(SLOT), SLOT, 2)
    second = take(tallies, first, SLOT, 3)

    assert {subject: count.sum for subject, count in second.counts.items()} == {TENANT: 5, "key_a": 5}
    assert tallies.get(ONE) == second


def test_a_later_slot_is_opened_with_what_was_counted_before(tallies: Tallies) -> None:
    tallies.add(ONE, new_tally(SLOT))

    first = take(tallies, new_tally(SLOT), SLOT, 2)
    second = take(tallies, first, SLOT + 4, 3)

    assert second.slot == SLOT + 4
    assert second.counts["key_a"].sum == 5
    assert tallies.get(ONE) == second


def test_a_slot_is_opened_by_one(tallies: Tallies) -> None:
    tallies.add(ONE, new_tally(SLOT))
    late = plan_taking(new_tally(SLOT), LIMITS, SLOT + 1, 1)
    opened = take(tallies, new_tally(SLOT), SLOT + 1)

    assert late
    assert tallies.apply(ONE, late.change) == Refused(opened)


def test_a_bound_that_others_have_reached_refuses(tallies: Tallies) -> None:
    tallies.add(ONE, new_tally(SLOT))
    first = take(tallies, new_tally(SLOT), SLOT)
    stale = plan_taking(first, LIMITS, SLOT, 30)
    full = take(tallies, first, SLOT, 30)

    assert stale
    assert tallies.apply(ONE, stale.change) == Refused(full)


def test_a_new_limit_refuses_who_did_not_see_it(tallies: Tallies) -> None:
    tallies.add(ONE, new_tally(SLOT))
    stale = plan_taking(new_tally(SLOT), LIMITS, SLOT, 1)
    tallies.apply(ONE, Change((Set(("per_minute",), 7),)))

    assert stale
    outcome = tallies.apply(ONE, stale.change)
    assert isinstance(outcome, Refused)
    assert outcome.row is not None
    assert outcome.row.per_minute == 7


def test_a_tenant_is_counted_by_itself(tallies: Tallies) -> None:
    tallies.add(ONE, new_tally(SLOT))
    tallies.add(OTHER, new_tally(SLOT))

    take(tallies, new_tally(SLOT), SLOT)

    assert tallies.get(OTHER) == new_tally(SLOT)
    assert isinstance(tallies.apply(OTHER, Change((), (Equals(("slot",), SLOT + 1),))), Refused)
