"""What every store of pools must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.paging import PageRequest
from postroom.pools.model import Strategy
from postroom.pools.ports import PoolStore, Written
from postroom.pools.store import ROWS, DynamoPools
from tests.builders import a_pool
from tests.fakes.pools import MemoryPools
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

LATER = NOON + timedelta(minutes=1)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[PoolStore]:
    if request.param == "memory":
        yield MemoryPools()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DynamoPools()


def test_a_pool_is_found_again_as_it_was(store: PoolStore) -> None:
    pool = a_pool("acc_2", "acc_1", strategy=Strategy.STICKY)

    assert store.add(pool) == pool
    assert store.get("ten_a", "pool_1") == pool
    assert store.get_many("ten_a", ["pool_1", "pool_1", "pool_none"]) == {"pool_1": pool}
    assert store.get_many("ten_a", []) == {}


def test_a_pool_of_a_thousand_accounts_fits(store: PoolStore) -> None:
    pool = a_pool(*(f"acc_01m7c9k5v7n4x2q8z3r6t{number:04}" for number in range(1000)))

    store.add(pool)

    assert store.get("ten_a", pool.id) == pool


def test_another_tenants_pool_is_not_there(store: PoolStore) -> None:
    pool = a_pool("acc_1")
    store.add(pool)

    assert store.get("ten_b", pool.id) is None
    assert store.get_many("ten_b", [pool.id]) == {}
    assert store.page("ten_b", PageRequest()).items == ()
    assert store.holding("ten_b", "acc_1") == ()
    assert (
        store.replace(replace(pool, tenant_id="ten_b"), replace(pool, tenant_id="ten_b", revision=2)) is Written.STALE
    )
    assert store.remove(replace(pool, tenant_id="ten_b"))
    assert store.get("ten_a", pool.id) == pool


def test_the_same_id_is_stored_once(store: PoolStore) -> None:
    first = a_pool("acc_1")
    store.add(first)

    assert store.add(replace(first, account_ids=("acc_2",))) == first


def test_a_name_belongs_to_one_pool_of_a_tenant_however_it_is_written(store: PoolStore) -> None:
    store.add(a_pool("acc_1", name="Größe"))

    assert store.add(a_pool("acc_1", id="pool_2", name="GRÖSSE")) is None
    assert store.add(a_pool("acc_1", id="pool_2", name="Größe\u200b")) is None
    assert store.get("ten_a", "pool_2") is None
    assert store.add(a_pool("acc_1", id="pool_2", name="GRÖSSE", tenant_id="ten_b")) is not None


def test_a_name_is_free_again_once_its_pool_is_renamed_or_gone(store: PoolStore) -> None:
    pool = a_pool("acc_1", name="one")
    store.add(pool)
    renamed = replace(pool, name="two", revision=2)

    assert store.replace(pool, renamed) is Written.WRITTEN
    assert store.add(a_pool("acc_1", id="pool_2", name="one")) is not None
    assert store.remove(renamed)
    assert store.add(a_pool("acc_1", id="pool_3", name="two")) is not None


def test_a_pool_may_change_the_letters_of_its_own_name(store: PoolStore) -> None:
    pool = a_pool("acc_1", name="sales")
    store.add(pool)

    assert store.replace(pool, replace(pool, name="SALES", revision=2)) is Written.WRITTEN
    assert store.add(a_pool("acc_1", id="pool_2", name="sales")) is None


def test_a_name_that_is_taken_cannot_be_changed_to(store: PoolStore) -> None:
    pool = a_pool("acc_1", name="one")
    store.add(pool)
    store.add(a_pool("acc_1", id="pool_2", name="two"))

    assert store.replace(pool, replace(pool, name="two", revision=2)) is Written.NAME_TAKEN
    assert store.get("ten_a", pool.id) == pool


@pytest.mark.parametrize("name", ["Sales", "Marketing"])
def test_of_two_changes_of_what_was_seen_the_second_is_refused(store: PoolStore, name: str) -> None:
    seen = a_pool("acc_1")
    store.add(seen)
    first = replace(seen, account_ids=("acc_2",), revision=2)
    second = replace(seen, name=name, account_ids=("acc_3",), revision=2)

    assert store.replace(seen, first) is Written.WRITTEN
    assert store.replace(seen, second) is Written.STALE

    assert store.get("ten_a", seen.id) == first


@pytest.mark.parametrize("name", ["Sales", "Marketing"])
def test_a_change_whose_answer_was_lost_is_known_again(store: PoolStore, name: str) -> None:
    seen = a_pool("acc_1")
    store.add(seen)
    changed = replace(seen, name=name, revision=2)
    store.replace(seen, changed)

    assert store.replace(seen, changed) is Written.WRITTEN


def test_what_is_gone_cannot_be_changed_and_can_be_removed_again(store: PoolStore) -> None:
    seen = a_pool("acc_1")
    store.add(seen)
    assert store.remove(seen)

    assert store.replace(seen, replace(seen, revision=2)) is Written.STALE
    assert store.replace(seen, replace(seen, name="other", revision=2)) is Written.STALE
    assert store.get("ten_a", seen.id) is None
    assert store.remove(seen)


def test_what_was_changed_is_not_removed_unseen(store: PoolStore) -> None:
    seen = a_pool("acc_1")
    store.add(seen)
    store.replace(seen, replace(seen, name="other", revision=2))

    assert not store.remove(seen)
    assert store.get("ten_a", seen.id) is not None


def test_pools_are_listed_page_by_page_in_both_directions(store: PoolStore) -> None:
    pools = [
        a_pool("acc_1", id=f"pool_{number}", name=f"{9 - number}", created_at=NOON + timedelta(number))
        for number in range(3)
    ]
    for pool in pools:
        store.add(pool)

    oldest = store.page("ten_a", PageRequest(limit=2))
    newest = store.page("ten_a", PageRequest(limit=2, newest_first=True))
    last = store.page("ten_a", PageRequest(limit=2, after=newest.last, newest_first=True))

    assert list(oldest.items) == pools[:2]
    assert [*newest.items, *last.items] == pools[::-1]
    assert last.last is None


def test_an_account_is_taken_out_of_the_pools_that_have_it(store: PoolStore) -> None:
    one, two = a_pool("acc_1", "acc_2"), a_pool("acc_2", id="pool_2", name="two")
    for pool in (one, two, a_pool("acc_3", id="pool_3", name="three")):
        store.add(pool)

    assert store.holding("ten_a", "acc_2") == (one, two)
    left = [replace(one, account_ids=("acc_1",), revision=2), replace(two, account_ids=(), revision=2)]
    assert [store.replace(*each) for each in zip((one, two), left, strict=True)] == [Written.WRITTEN] * 2

    assert store.holding("ten_a", "acc_2") == ()
    assert [store.get("ten_a", pool.id) for pool in (one, two)] == left


def test_an_empty_pool_can_be_filled_again(store: PoolStore) -> None:
    full = a_pool("acc_1")
    empty = replace(full, account_ids=(), revision=2)
    store.add(full)
    store.replace(full, empty)
    filled = replace(empty, account_ids=("acc_2",), revision=3)

    assert store.replace(empty, filled) is Written.WRITTEN
    assert store.get("ten_a", "pool_1") == filled


def test_each_tenant_has_its_strategy(store: PoolStore) -> None:
    assert store.strategy("ten_a") is None

    assert store.replace_strategy("ten_a", None, Strategy.STICKY)
    assert not store.replace_strategy("ten_a", None, Strategy.RANDOM)
    assert store.replace_strategy("ten_a", Strategy.STICKY, Strategy.ROUND_ROBIN)
    assert store.replace_strategy("ten_a", Strategy.STICKY, Strategy.ROUND_ROBIN)  # its answer was lost

    assert store.strategy("ten_a") is Strategy.ROUND_ROBIN
    assert store.strategy("ten_b") is None
