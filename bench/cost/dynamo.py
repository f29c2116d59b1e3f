"""What a request to DynamoDB asks of which items, and the units that follow from how they stood before and after it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bench.cost.sizes import Item, item_size
from bench.cost.units import Shape, read_units, units_of_refusal, units_of_write

Document = Mapping[str, Any]
"""As botocore takes and gives it."""

Shapes = Mapping[str, Shape]


class Look(Protocol):
    def __call__(self, table: str, key: Item, *, again: bool = True) -> Item | None:
        """An item as it stands; without ``again`` as it stood when it was last looked at."""


_REFUSED = "ConditionalCheckFailedException"
_TRANSACTION = 2
"""Each item of a transaction is paid twice: for preparing and for committing."""


@dataclass(frozen=True)
class Units:
    read: float = 0.0
    written: float = 0.0


@dataclass(frozen=True)
class Write:
    """One item that a request is about to write, and how it stood."""

    table: str
    key: Item
    before: Item | None


def tables_in(asked: Document) -> tuple[str, ...]:
    if "TableName" in asked:
        return (asked["TableName"],)
    several = asked.get("RequestItems") or (
        next(iter(each.values()))["TableName"] for each in asked.get("TransactItems", ())
    )
    return tuple(dict.fromkeys(several))


def writes_in(operation: str, asked: Document, shapes: Shapes, look: Look) -> tuple[Write, ...]:
    """What the request is about to write; it has not been sent yet."""
    keys = _written_keys(operation, asked, shapes)
    return tuple(Write(table, key, look(table, key, again=False)) for table, key in keys)


def units(  # noqa: PLR0913, PLR0917 - a request, its answer, and what it found
    operation: str,
    asked: Document,
    answer: Document,
    writes: Iterable[Write],
    shapes: Shapes,
    look: Look,
) -> Units:
    """Of a request that was answered. Raises NotImplementedError for what cannot be told from its answer."""
    failed = answer.get("Error", {}).get("Code")
    if failed is not None:
        return Units(written=sum(units_of_refusal(write.before) for write in writes) if failed == _REFUSED else 0)
    written = sum(units_of_write(shapes[one.table], one.before, look(one.table, one.key)) for one in writes)
    if operation == "TransactWriteItems":
        return Units(written=_TRANSACTION * written)
    return Units(_read(operation, asked, answer, look), written)


def _read(operation: str, asked: Document, answer: Document, look: Look) -> float:
    match operation:
        case "GetItem":
            found = look(asked["TableName"], asked["Key"], again=False)
            return read_units(item_size(found or {}), consistent=asked.get("ConsistentRead", False))
        case "BatchGetItem":
            return sum(_read_each(table, wanted, look) for table, wanted in asked["RequestItems"].items())
        case "Query" | "Scan":
            return _read_page(asked, answer)
        case "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem":
            return 0.0
        case _:
            raise NotImplementedError(operation)


def _read_each(table: str, wanted: Document, look: Look) -> float:
    """Each item is rounded up by itself."""
    consistent = wanted.get("ConsistentRead", False)
    return sum(
        read_units(item_size(look(table, key, again=False) or {}), consistent=consistent) for key in wanted["Keys"]
    )


def _read_page(asked: Document, answer: Document) -> float:
    """All that was read is rounded up together; what is dropped behind the reading is paid for, but not seen here."""
    if {"FilterExpression", "ProjectionExpression", "Select"} & asked.keys():
        raise NotImplementedError("A query that does not give back all that it reads")
    size = sum(item_size(item) for item in answer["Items"])
    return read_units(size, consistent=asked.get("ConsistentRead", False))


def _written_keys(operation: str, asked: Document, shapes: Shapes) -> list[tuple[str, Item]]:
    match operation:
        case "PutItem":
            return [(asked["TableName"], shapes[asked["TableName"]].key_of(asked["Item"]))]
        case "UpdateItem" | "DeleteItem":
            return [(asked["TableName"], asked["Key"])]
        case "BatchWriteItem":
            return [
                (table, _key_of_write(write, shapes[table]))
                for table, writes in asked["RequestItems"].items()
                for write in writes
            ]
        case "TransactWriteItems":
            return [_key_in_transaction(each, shapes) for each in asked["TransactItems"]]
        case _:
            return []


def _key_of_write(write: Document, shape: Shape) -> Item:
    if "PutRequest" in write:
        return shape.key_of(write["PutRequest"]["Item"])
    key: Item = write["DeleteRequest"]["Key"]
    return key


def _key_in_transaction(each: Document, shapes: Shapes) -> tuple[str, Item]:
    [(kind, action)] = each.items()
    table = action["TableName"]
    return table, shapes[table].key_of(action["Item"]) if kind == "Put" else action["Key"]
