import pytest

from bench.cost.sizes import Item
from bench.cost.units import Index, Shape, read_units, stored_bytes, units_of_refusal, units_of_write, write_units

SHAPE = Shape(("pk",), (Index("due", ("shard", "at")), Index("wide", ("tenant",), None)))


def an_item(size: int = 100, **more: str) -> Item:
    return {"pk": {"S": "1"}, "x": {"S": "x" * (size - 4)}} | {name: {"S": value} for name, value in more.items()}


@pytest.mark.parametrize(("size", "units"), [(0, 1), (1, 1), (1024, 1), (1025, 2), (10 * 1024, 10)])
def test_a_write_is_paid_by_the_kilobyte(size: int, units: int) -> None:
    assert write_units(size) == units


@pytest.mark.parametrize(("size", "units"), [(0, 1), (4096, 1), (4097, 2)])
def test_a_read_is_paid_by_four_kilobytes_and_half_when_it_may_be_late(size: int, units: int) -> None:
    assert read_units(size, consistent=True) == units
    assert read_units(size, consistent=False) == units / 2


def test_what_is_in_no_index_is_written_once() -> None:
    assert units_of_write(SHAPE, None, an_item()) == 1


def test_an_update_is_paid_by_the_larger_of_before_and_after() -> None:
    assert units_of_write(SHAPE, an_item(3000), an_item()) == 3
    assert units_of_write(SHAPE, an_item(), an_item(3000)) == 3


def test_a_new_entry_in_an_index_is_a_write_of_its_own() -> None:
    assert units_of_write(SHAPE, None, an_item(3000, shard="a", at="1")) == 3 + 1


def test_an_item_without_all_keys_of_an_index_is_not_in_it() -> None:
    assert units_of_write(SHAPE, None, an_item(shard="a")) == 1


def test_an_index_of_all_attributes_is_paid_by_their_size() -> None:
    assert units_of_write(SHAPE, None, an_item(3000, tenant="t")) == 3 + 3


def test_an_entry_that_moves_is_deleted_and_put() -> None:
    assert units_of_write(SHAPE, an_item(shard="a", at="1"), an_item(shard="a", at="2")) == 1 + 2


def test_an_entry_that_leaves_is_one_write() -> None:
    assert units_of_write(SHAPE, an_item(shard="a", at="1"), an_item()) == 1 + 1


def test_an_entry_whose_attributes_change_is_one_write() -> None:
    assert units_of_write(SHAPE, an_item(200, tenant="t"), an_item(300, tenant="t")) == 1 + 1


def test_an_entry_that_stays_as_it_is_costs_nothing() -> None:
    assert units_of_write(SHAPE, an_item(200, shard="a", at="1"), an_item(300, shard="a", at="1")) == 1


def test_a_refused_write_is_paid_by_what_is_there() -> None:
    assert units_of_refusal(None) == 1
    assert units_of_refusal(an_item(2500)) == 3


def test_storage_is_the_item_and_its_entries_with_a_hundred_bytes_each() -> None:
    item = an_item(100, shard="a", at="1")

    assert stored_bytes(SHAPE, [item]) == (3 + 6 + 3 + 97 + 100) + (3 + 6 + 3 + 100)


def test_a_shape_is_read_from_what_makes_the_table() -> None:
    described = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "some",
                "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["b"]},
            },
            {
                "IndexName": "all",
                "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            },
        ],
    }

    assert Shape.of(described) == Shape(("pk", "sk"), (Index("some", ("a",), ("b",)), Index("all", ("a",), None)))
