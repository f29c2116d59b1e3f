"""What comes into a digest while it closes, on an engine that is exact, with the naive way beside it."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from postroom.clock import system_clock
from postroom.conditional import Applied
from postroom.digests import life
from postroom.digests.model import Digest, DigestStatus, Plan, digest_id
from postroom.digests.rows import ROWS, DigestRow, ItemRow
from postroom.digests.store import DynamoDigests
from postroom.ids import new_id
from postroom.notices import keys
from tests.e2e.conftest import LiveStack

ADDERS = 8
EACH = 12
ROUNDS = 3

Add = Callable[[Digest, str], bool]


@pytest.fixture(autouse=True)
def real_tables(stack: LiveStack) -> Iterator[None]:
    with stack.tables_here(NotificationsTable=ROWS):
        yield


def a_digest() -> Digest:
    now = system_clock()
    tenant_id = new_id("ten", now)
    wanted = digest_id(tenant_id, "ann", now)
    return Digest(tenant_id, wanted, "ann", DigestStatus.OPEN, now, now + timedelta(days=1))


def an_event_id() -> str:
    return new_id("evt", system_clock())


def said_and_read(store: DynamoDigests, add: Add) -> tuple[set[str], set[str]]:
    """Of which it was said that they are in the digest, and what was read of it right after it was closed."""
    digest, first = a_digest(), an_event_id()
    assert store.add(digest, first)
    taken = [first]
    start = threading.Barrier(ADDERS + 1)

    def keep_adding() -> None:
        start.wait()
        for event_id in (an_event_id() for _ in range(EACH)):
            if add(digest, event_id):
                taken.append(event_id)  # noqa: PERF401 - the others look at it meanwhile

    adders = [threading.Thread(target=keep_adding) for _ in range(ADDERS)]
    for adder in adders:
        adder.start()
    start.wait()
    while len(taken) < ADDERS:  # so that it closes in the middle
        assert any(adder.is_alive() for adder in adders)
    held = store.change(digest.tenant_id, digest.id, life.claim(digest, "closer", 0, system_clock())).row
    assert held is not None
    assert isinstance(store.change(digest.tenant_id, digest.id, life.close(held, system_clock())), Applied)
    read = set(store.event_ids(digest.tenant_id, digest.id))
    for adder in adders:
        adder.join()
    return set(taken), read


def test_whatever_was_said_to_be_in_a_digest_is_read_after_it_closed() -> None:
    store = DynamoDigests()
    refused = 0

    for _ in range(ROUNDS):
        said, read = said_and_read(store, store.add)
        assert said == read
        refused += ADDERS * EACH + 1 - len(said)

    assert refused > 0  # it did close in the middle


def test_the_naive_way_loses_some_on_the_same_engine() -> None:
    store = DynamoDigests()

    def add_when_it_looks_open(digest: Digest, event_id: str) -> bool:
        seen = store.get(digest.tenant_id, digest.id)
        if seen is None or seen.status is not DigestStatus.OPEN:
            return False
        ItemRow(*keys.item_key(digest.tenant_id, digest.id, event_id), ttl=0).save()
        return True

    lost = [said - read for said, read in (said_and_read(store, add_when_it_looks_open) for _ in range(20))]

    assert any(lost)


def test_of_many_who_plan_a_digest_at_once_all_go_by_the_same_plan() -> None:
    store, digest = DynamoDigests(), a_digest()
    start = threading.Barrier(ADDERS)
    plans: list[Plan] = []

    def plan(number: int) -> None:
        start.wait()
        plans.append(store.plan(digest, Plan((), (f"evt_{number}",))))

    planners = [threading.Thread(target=plan, args=(number,)) for number in range(ADDERS)]
    for planner in planners:
        planner.start()
    for planner in planners:
        planner.join()

    assert len(set(plans)) == 1
    assert len(plans) == ADDERS
    assert store.planned(digest.tenant_id, digest.id) == plans[0]
    assert DigestRow.count(keys.digest_key(digest.tenant_id, digest.id)[0]) == 1
