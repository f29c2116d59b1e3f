"""What every store of digests must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.clock import to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.digests import life
from postroom.digests.model import Digest, DigestStatus, Part, Plan, digest_id
from postroom.digests.ports import DigestStore
from postroom.digests.rows import ROWS
from postroom.digests.store import DynamoDigests
from postroom.leases.model import LEASE
from tests.fakes.digests import MemoryDigests
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

ID = digest_id("ten_a", "ann", NOON)
EMPTY = Digest("ten_a", ID, "ann", DigestStatus.OPEN, NOON, NOON + timedelta(days=90))
FIRST, SECOND = "evt_1", "evt_2"
PLAN = Plan(
    (Part("msg_1", "ann@example.com", ("evt_1", "evt_2")), Part("msg_2", "ann@elsewhere.example", ())), ("evt_3",)
)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[DigestStore]:
    if request.param == "memory":
        yield MemoryDigests()
        return
    with tables("notifications"):
        name_table(ROWS, "notifications")
        yield DynamoDigests()


def claimed(store: DigestStore, holder: str = "first") -> Digest:
    seen = store.get("ten_a", ID)
    assert seen is not None
    outcome = store.change("ten_a", ID, life.claim(seen, holder, 0, NOON))
    assert isinstance(outcome, Applied)
    return outcome.row


def closed(store: DigestStore) -> Digest:
    outcome = store.change("ten_a", ID, life.close(claimed(store), NOON))
    assert isinstance(outcome, Applied)
    return outcome.row


def test_a_digest_is_made_by_what_comes_into_it(store: DigestStore) -> None:
    assert store.get("ten_a", ID) is None
    assert store.event_ids("ten_a", ID) == []

    assert store.add(EMPTY, SECOND)
    assert store.add(EMPTY, FIRST)

    assert store.get("ten_a", ID) == EMPTY
    assert store.event_ids("ten_a", ID) == [FIRST, SECOND]


def test_what_comes_again_is_in_it_once(store: DigestStore) -> None:
    store.add(EMPTY, FIRST)

    assert store.add(EMPTY, FIRST)
    assert store.event_ids("ten_a", ID) == [FIRST]


def test_another_tenants_digest_is_not_there(store: DigestStore) -> None:
    store.add(EMPTY, FIRST)
    store.plan(EMPTY, PLAN)

    assert store.get("ten_b", ID) is None
    assert store.event_ids("ten_b", ID) == []
    assert store.planned("ten_b", ID) is None
    assert store.change("ten_b", ID, life.close(EMPTY, NOON)) == Refused(None)


def test_what_is_closed_takes_nothing_in_but_knows_what_it_has(store: DigestStore) -> None:
    store.add(EMPTY, FIRST)
    closed(store)

    assert not store.add(EMPTY, SECOND)
    assert store.add(EMPTY, FIRST)
    assert store.event_ids("ten_a", ID) == [FIRST]


def test_many_come_into_it_together_until_it_is_closed(store: DigestStore) -> None:
    many = [f"evt_{number:03}" for number in range(230)]
    store.add(EMPTY, FIRST)
    store.add(EMPTY, many[7])

    assert store.add_all(EMPTY, many) == set(many)
    assert store.add_all(EMPTY, many[:3]) == set(many[:3])

    inside = store.event_ids("ten_a", ID)
    assert inside == sorted([*many, FIRST])
    closed(store)
    assert store.add_all(EMPTY, [many[3], SECOND]) == {many[3]}
    assert store.event_ids("ten_a", ID) == inside


def test_what_comes_together_makes_a_digest(store: DigestStore) -> None:
    assert store.add_all(EMPTY, [FIRST, SECOND]) == {FIRST, SECOND}

    assert store.get("ten_a", ID) == EMPTY


def test_adding_changes_nothing_of_who_works_on_it(store: DigestStore) -> None:
    store.add(EMPTY, FIRST)
    seen = claimed(store)

    store.add(EMPTY, SECOND)

    assert store.get("ten_a", ID) == seen
    assert (seen.holder, seen.claims, seen.leased_until) == ("first", 1, NOON + LEASE)


def test_of_two_who_saw_the_same_one_closes_it(store: DigestStore) -> None:
    store.add(EMPTY, FIRST)
    seen = claimed(store)

    assert isinstance(store.change("ten_a", ID, life.claim(EMPTY, "second", 0, NOON)), Refused)
    assert isinstance(store.change("ten_a", ID, life.close(replace(seen, holder="second"), NOON)), Refused)
    assert isinstance(store.change("ten_a", ID, life.close(seen, NOON)), Applied)


@pytest.mark.parametrize("status", [DigestStatus.DONE, DigestStatus.FAILED])
def test_what_has_come_to_its_end_is_not_looked_to_any_more(store: DigestStore, status: DigestStatus) -> None:
    store.add(EMPTY, FIRST)
    store.change("ten_a", ID, life.finish(closed(store), status, "so it went", folded=7))

    ended = store.get("ten_a", ID)

    assert ended is not None
    assert (ended.status, ended.detail, ended.holder) == (status, "so it went", None)
    assert ended.folded == 7
    assert store.due(to_milliseconds(NOON) + 1, 10) == []
    assert not store.add(EMPTY, SECOND)


def test_an_open_one_is_not_finished(store: DigestStore) -> None:
    store.add(EMPTY, FIRST)

    assert isinstance(store.change("ten_a", ID, life.finish(claimed(store), DigestStatus.DONE, None)), Refused)


def test_what_was_planned_first_counts(store: DigestStore) -> None:
    assert store.planned("ten_a", ID) is None

    assert store.plan(EMPTY, PLAN) == PLAN
    assert store.plan(EMPTY, Plan(())) == PLAN
    assert store.planned("ten_a", ID) == PLAN


def test_a_plan_may_be_larger_than_an_item(store: DigestStore) -> None:
    # Of ids that are as random as ours, so that they cannot be compressed to little.
    events = tuple(digest_id("ten_a", str(number), NOON) for number in range(60_000))
    large = Plan((Part("msg_1", "ann@example.com", events),))

    assert store.plan(EMPTY, large) == large
    assert store.plan(EMPTY, PLAN) == large
    assert store.planned("ten_a", ID) == large


def test_what_is_due_is_found_in_all_shards_and_no_sooner(store: DigestStore) -> None:
    made = [replace(EMPTY, id=digest_id("ten_a", f"u{number}", NOON), user_id=f"u{number}") for number in range(20)]
    later = NOON + timedelta(hours=1)
    waits = replace(EMPTY, id=digest_id("ten_a", "ann", later), first_due_at=later)
    for one in (*made, waits, replace(EMPTY, tenant_id="ten_b")):
        store.add(one, FIRST)

    found = store.due(to_milliseconds(NOON), 100)

    assert sorted(found) == sorted([*(("ten_a", one.id) for one in made), ("ten_b", ID)])
    assert store.due(to_milliseconds(NOON) - 1, 100) == []
    assert ("ten_a", waits.id) in store.due(to_milliseconds(later), 100)
