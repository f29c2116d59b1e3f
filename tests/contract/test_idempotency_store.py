"""What every store of remembered requests must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.idempotency.model import KEPT, LEASE, Answer, Place, Record
from postroom.idempotency.run_once import Records
from postroom.idempotency.store import IdempotencyRow, IdempotencyStore
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

PLACE = Place("ten_a", "key-1")
ANSWER = Answer(201, '{"key":"********"}', masked=True)


@pytest.fixture(params=["memory", "dynamodb"])
def records(request: pytest.FixtureRequest) -> Iterator[Records]:
    if request.param == "memory":
        yield MemoryRecords()
        return
    with tables("messages"):
        name_table([IdempotencyRow], "messages")
        yield IdempotencyStore()


def a_record() -> Record:
    return Record.fresh("fingerprint", NOON)


def heir_of(record: Record) -> Record:
    return replace(record, claim="heir", lease_until=record.lease_until + LEASE)


def test_the_first_one_finds_the_place_free_and_the_second_finds_the_first(records: Records) -> None:
    first, second = a_record(), a_record()

    assert records.begin(PLACE, first, NOON) is None
    assert records.begin(PLACE, second, NOON) == first


def test_a_repeated_write_of_the_first_one_finds_itself_let_in(records: Records) -> None:
    mine = a_record()
    records.begin(PLACE, mine, NOON)

    assert records.begin(PLACE, mine, NOON) is None


def test_a_write_that_comes_late_does_not_wipe_out_the_answer(records: Records) -> None:
    mine = a_record()
    records.begin(PLACE, mine, NOON)
    records.keep(PLACE, mine.claim, ANSWER)

    assert records.begin(PLACE, mine, NOON) == replace(mine, answer=ANSWER)


def test_another_tenant_has_its_own_place_for_the_same_key(records: Records) -> None:
    records.begin(PLACE, a_record(), NOON)

    assert records.begin(Place("ten_b", PLACE.key), a_record(), NOON) is None


def test_a_user_has_a_place_of_its_own_for_the_same_key(records: Records) -> None:
    places = [PLACE, Place("ten_a", PLACE.key, "ann"), Place("ten_a", PLACE.key, "bob"), Place("ten_a", "key-1#ann")]

    found = [records.begin(place, a_record(), NOON) for place in places]

    assert found == [None] * len(places)


def test_an_expired_record_is_replaced_and_its_answer_gone(records: Records) -> None:
    old, new = a_record(), Record.fresh("another", NOON + KEPT)
    records.begin(PLACE, old, NOON)
    records.keep(PLACE, old.claim, ANSWER)

    assert records.begin(PLACE, new, NOON + KEPT) is None
    assert records.begin(PLACE, a_record(), NOON + KEPT) == new


def test_a_live_lease_cannot_be_taken_over(records: Records) -> None:
    stale = a_record()
    records.begin(PLACE, stale, NOON)

    assert not records.take_over(PLACE, stale, heir_of(stale), stale.lease_until - timedelta(milliseconds=1))


def test_a_lease_that_ran_out_is_taken_over_by_one_and_with_the_same_seed(records: Records) -> None:
    stale = a_record()
    records.begin(PLACE, stale, NOON)
    heir, rival = heir_of(stale), replace(heir_of(stale), claim="rival")

    assert records.take_over(PLACE, stale, heir, stale.lease_until)
    assert not records.take_over(PLACE, stale, rival, stale.lease_until)
    assert records.take_over(PLACE, stale, heir, stale.lease_until)

    assert records.begin(PLACE, a_record(), NOON) == heir


def test_what_was_answered_cannot_be_taken_over(records: Records) -> None:
    stale = a_record()
    records.begin(PLACE, stale, NOON)
    records.keep(PLACE, stale.claim, ANSWER)

    assert not records.take_over(PLACE, stale, heir_of(stale), stale.lease_until)


def test_a_freed_lease_can_be_taken_over_at_once(records: Records) -> None:
    stale = a_record()
    records.begin(PLACE, stale, NOON)

    records.free(PLACE, stale.claim)
    records.free(PLACE, stale.claim)

    assert records.take_over(PLACE, stale, heir_of(stale), NOON)


def test_a_forgotten_place_is_free(records: Records) -> None:
    mine = a_record()
    records.begin(PLACE, mine, NOON)

    records.forget(PLACE, mine.claim)
    records.forget(PLACE, mine.claim)

    assert records.begin(PLACE, a_record(), NOON) is None


def test_who_has_lost_the_claim_changes_nothing(records: Records) -> None:
    stale = a_record()
    records.begin(PLACE, stale, NOON)
    heir = heir_of(stale)
    records.take_over(PLACE, stale, heir, stale.lease_until)

    records.keep(PLACE, stale.claim, ANSWER)
    records.free(PLACE, stale.claim)
    records.forget(PLACE, stale.claim)

    assert records.begin(PLACE, a_record(), NOON) == heir
