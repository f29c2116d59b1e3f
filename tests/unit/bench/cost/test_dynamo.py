from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bench.cost.dynamo import Units, tables_in, units, writes_in
from bench.cost.sizes import Item
from bench.cost.units import Index, Shape

SHAPES = {"t": Shape(("pk",), (Index("due", ("at",)),))}
KEY = {"pk": {"S": "1"}}
REFUSED = {"Error": {"Code": "ConditionalCheckFailedException"}}
THROTTLED = {"Error": {"Code": "ThrottlingException"}}


def an_item(size: int, pk: str = "1", **more: str) -> Item:
    return {"pk": {"S": pk}, "x": {"S": "x" * (size - 4)}} | {name: {"S": value} for name, value in more.items()}


@dataclass
class Table:
    items: dict[str, Item] = field(default_factory=dict)

    def look(self, table: str, key: Item, *, again: bool = True) -> Item | None:
        assert table == "t"
        return self.items.get(key["pk"]["S"])

    def request(
        self,
        operation: str,
        asked: Mapping[str, Any],
        answer: Mapping[str, Any] | None = None,
        after: Item | None = None,
    ) -> Units:
        """``after``: the item 1 once the request is done."""
        writes = writes_in(operation, asked, SHAPES, self.look)
        if after is not None:
            self.items["1"] = after
        return units(operation, asked, answer or {}, writes, SHAPES, self.look)


def test_a_put_is_paid_by_what_was_put_and_its_entry() -> None:
    item = an_item(1500, at="1")

    assert Table().request("PutItem", {"TableName": "t", "Item": item}, after=item) == Units(written=2 + 1)


def test_an_update_is_paid_by_the_whole_item() -> None:
    table = Table({"1": an_item(1500)})

    assert table.request("UpdateItem", {"TableName": "t", "Key": KEY}, after=an_item(1600)) == Units(written=2)


def test_a_refused_update_is_paid_and_a_throttled_one_is_not() -> None:
    table = Table({"1": an_item(1500)})

    assert table.request("UpdateItem", {"TableName": "t", "Key": KEY}, REFUSED) == Units(written=2)
    assert table.request("UpdateItem", {"TableName": "t", "Key": KEY}, THROTTLED) == Units()


def test_a_delete_is_paid_by_what_was_there() -> None:
    table = Table({"1": an_item(1500)})
    asked = {"TableName": "t", "Key": KEY}
    writes = writes_in("DeleteItem", asked, SHAPES, table.look)
    table.items.clear()

    assert units("DeleteItem", asked, {}, writes, SHAPES, table.look) == Units(written=2)


def test_each_item_of_a_batch_of_writes_is_paid() -> None:
    puts = [{"PutRequest": {"Item": an_item(10, pk)}} for pk in "12"]

    assert Table().request("BatchWriteItem", {"RequestItems": {"t": puts}}) == Units(written=2)


def test_a_transaction_is_paid_twice() -> None:
    asked = {"TransactItems": [{"Put": {"TableName": "t", "Item": an_item(10)}}]}

    assert Table().request("TransactWriteItems", asked, after=an_item(10)) == Units(written=2)


def test_each_item_of_a_batch_of_reads_is_rounded_up() -> None:
    table = Table({"1": an_item(10), "2": an_item(5000, "2")})
    keys = [{"pk": {"S": pk}} for pk in "123"]

    assert table.request("BatchGetItem", {"RequestItems": {"t": {"Keys": keys}}}) == Units(read=0.5 + 1 + 0.5)
    asked = {"RequestItems": {"t": {"Keys": keys, "ConsistentRead": True}}}
    assert table.request("BatchGetItem", asked) == Units(read=1 + 2 + 1)


def test_a_page_is_rounded_up_once() -> None:
    answer = {"Items": [an_item(3000), an_item(3000)]}

    assert Table().request("Query", {"TableName": "t", "ConsistentRead": True}, answer) == Units(read=2)


def test_what_a_query_drops_is_not_guessed() -> None:
    with pytest.raises(NotImplementedError):
        Table().request("Query", {"TableName": "t", "FilterExpression": "x"}, {"Items": []})


def test_an_operation_that_is_not_known_is_not_free() -> None:
    with pytest.raises(NotImplementedError, match="ExecuteStatement"):
        Table().request("ExecuteStatement", {})


@pytest.mark.parametrize(
    "asked",
    [{"TableName": "t"}, {"RequestItems": {"t": []}}, {"TransactItems": [{"Put": {"TableName": "t"}}]}],
)
def test_the_tables_of_a_request_are_found(asked: Mapping[str, Any]) -> None:
    assert tables_in(asked) == ("t",)
