"""What every store of counted requests must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator

import pytest

from postroom.change import Change, Equals, Set
from postroom.conditional import Applied, Refused
from postroom.tenancy.rates.model import TENANT, RequestCounts
from postroom.tenancy.rates.ports import RequestCountsStore
from postroom.tenancy.rates.store import ROWS, DynamoRequestCounts
from postroom.tenancy.rates.window import new_counts, plan_taking
from tests.fakes.rates import MemoryRequestCounts
from tests.fakes.tables import name_table, tables

ONE, OTHER = "ten_one", "ten_other"
SLOT = 1000
LIMITS = {TENANT: 100, "key_a": 50}


@pytest.fixture(params=["memory", "dynamodb"])
def counts(request: pytest.FixtureRequest) -> Iterator[RequestCountsStore]:
    if request.param == "memory":
        yield MemoryRequestCounts()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DynamoRequestCounts()


def take(counts: RequestCountsStore, seen: RequestCounts, slot: int, wanted: int = 1) -> RequestCounts:
    taking = plan_taking(seen, LIMITS, slot, wanted)
    assert taking
    outcome = counts.apply(ONE, taking.change)
    assert isinstance(outcome, Applied)
    return outcome.row


def test_what_is_not_there_is_none_and_refuses_a_change(counts: RequestCountsStore) -> None:
    change = Change((Set(("per_minute",), 5),))

    assert counts.get(ONE) is None
    assert counts.apply(ONE, change) == Refused(None)


def test_a_row_is_added_once_and_found_as_it_is(counts: RequestCountsStore) -> None:
    added = counts.add(ONE, new_counts(SLOT)), counts.add(ONE, new_counts(SLOT + 1))

    assert added == (True, False)
    assert counts.get(ONE) == new_counts(SLOT)


def test_one_write_counts_the_key_and_its_tenant(counts: RequestCountsStore) -> None:
    counts.add(ONE, new_counts(SLOT))

    first = take(counts, new_counts(SLOT), SLOT, 2)
    second = take(counts, first, SLOT, 3)

    assert {subject: count.sum for subject, count in second.counts.items()} == {TENANT: 5, "key_a": 5}
    assert counts.get(ONE) == second


def test_a_later_slot_is_opened_with_what_was_counted_before(counts: RequestCountsStore) -> None:
    counts.add(ONE, new_counts(SLOT))

    first = take(counts, new_counts(SLOT), SLOT, 2)
    second = take(counts, first, SLOT + 4, 3)

    assert second.slot == SLOT + 4
    assert second.counts["key_a"].sum == 5
    assert counts.get(ONE) == second


def test_a_slot_is_opened_by_one(counts: RequestCountsStore) -> None:
    counts.add(ONE, new_counts(SLOT))
    late = plan_taking(new_counts(SLOT), LIMITS, SLOT + 1, 1)
    opened = take(counts, new_counts(SLOT), SLOT + 1)

    assert late
    assert counts.apply(ONE, late.change) == Refused(opened)


def test_a_bound_that_others_have_reached_refuses(counts: RequestCountsStore) -> None:
    counts.add(ONE, new_counts(SLOT))
    first = take(counts, new_counts(SLOT), SLOT)
    stale = plan_taking(first, LIMITS, SLOT, 30)
    full = take(counts, first, SLOT, 30)

    assert stale
    assert counts.apply(ONE, stale.change) == Refused(full)


def test_a_new_limit_refuses_who_did_not_see_it(counts: RequestCountsStore) -> None:
    counts.add(ONE, new_counts(SLOT))
    stale = plan_taking(new_counts(SLOT), LIMITS, SLOT, 1)
    counts.apply(ONE, Change((Set(("per_minute",), 7),)))

    assert stale
    outcome = counts.apply(ONE, stale.change)
    assert isinstance(outcome, Refused)
    assert outcome.row is not None
    assert outcome.row.per_minute == 7


def test_a_tenant_is_counted_by_itself(counts: RequestCountsStore) -> None:
    counts.add(ONE, new_counts(SLOT))
    counts.add(OTHER, new_counts(SLOT))

    take(counts, new_counts(SLOT), SLOT)

    assert counts.get(OTHER) == new_counts(SLOT)
    assert isinstance(counts.apply(OTHER, Change((), (Equals(("slot",), SLOT + 1),))), Refused)
