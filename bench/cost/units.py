"""How many units of reading and writing a request uses up.

By "DynamoDB read and write operations" and "Write-throughput considerations for global secondary indexes",
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html and …/GSI.html#GSI.Writes
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from bench.cost.sizes import Item, item_size

_WRITE_BYTES = 1024
_READ_BYTES = 4096
STORED_OVERHEAD = 100
"""Bytes that an item takes in storage beyond its size, in the table and in each index."""


@dataclass(frozen=True)
class Index:
    """``attributes`` are projected beside the keys of the index and of the table; None projects all."""

    name: str
    keys: tuple[str, ...]
    attributes: tuple[str, ...] | None = ()


@dataclass(frozen=True)
class Shape:
    """Of a table."""

    keys: tuple[str, ...]
    indexes: tuple[Index, ...] = ()

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Shape":
        """From what CreateTable takes."""
        return cls(_keys(described), tuple(_index(each) for each in described.get("GlobalSecondaryIndexes", ())))

    def key_of(self, item: Item) -> Item:
        return {name: item[name] for name in self.keys}

    def entry(self, index: Index, item: Item | None) -> Item | None:
        """What the index holds of an item; None when the item lacks one of the index's keys."""
        if item is None or any(name not in item for name in index.keys):
            return None
        if index.attributes is None:
            return item
        return {name: item[name] for name in (*self.keys, *index.keys, *index.attributes) if name in item}


def write_units(size: int) -> int:
    return max(1, ceil(size / _WRITE_BYTES))


def read_units(size: int, *, consistent: bool) -> float:
    """Of one item, or of all that a page of a query has read together. Nothing found costs as much as a small item."""
    return max(1, ceil(size / _READ_BYTES)) * (1.0 if consistent else 0.5)


def units_of_write(shape: Shape, before: Item | None, after: Item | None) -> int:
    """Of a put, an update or a delete that was done: in the table, by the larger of both sizes, and in each index."""
    table = write_units(max(_size(before), _size(after)))
    return table + sum(
        _in_index(index, shape.entry(index, before), shape.entry(index, after)) for index in shape.indexes
    )


def units_of_refusal(before: Item | None) -> int:
    """Of a write whose condition did not hold: as if the item that is there had been written."""
    return write_units(_size(before))


def stored_bytes(shape: Shape, items: Sequence[Item]) -> int:
    """What items take in storage, with their entries in the indexes."""
    entries = (entry for item in items for entry in (item, *(shape.entry(index, item) for index in shape.indexes)))
    return sum(item_size(entry) + STORED_OVERHEAD for entry in entries if entry is not None)


def _in_index(index: Index, before: Item | None, after: Item | None) -> int:
    if before == after:
        return 0
    if before is None or after is None:
        return write_units(_size(before) + _size(after))
    if any(before[name] != after[name] for name in index.keys):
        # It is deleted at its old place and put at its new one.
        return write_units(item_size(before)) + write_units(item_size(after))
    return write_units(max(item_size(before), item_size(after)))


def _size(item: Item | None) -> int:
    return 0 if item is None else item_size(item)


def _keys(described: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(key["AttributeName"] for key in described["KeySchema"])


def _index(described: Mapping[str, Any]) -> Index:
    projection = described["Projection"]
    projected = None if projection["ProjectionType"] == "ALL" else tuple(projection.get("NonKeyAttributes", ()))
    return Index(described["IndexName"], _keys(described), projected)
