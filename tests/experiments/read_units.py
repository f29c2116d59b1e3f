"""What reads cost by DynamoDB's own rules: a unit for each begun 4 kB, and half of it where they may be stale.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from tests.fakes.sizes import item_size

_UNIT = 4096

Read = tuple[str, bool, int]
"""The table, whether nothing stale will do, and the octets that are billed together."""


def read_units(dynamodb: Any, operation: str, body: Mapping[str, Any]) -> Counter[str]:  # noqa: ANN401 - a boto3 client
    """Halves of units, by table. Asks for the same once more: a query is billed by what it finds, not by what it shows.

    Right as long as nobody writes the same items at the same time.
    """
    halves: Counter[str] = Counter()
    for table, is_consistent, octets in _reads(dynamodb, operation, body):
        halves[table] += max(ceil(octets / _UNIT), 1) * (2 if is_consistent else 1)
    return halves


def _reads(dynamodb: Any, operation: str, body: Mapping[str, Any]) -> Iterator[Read]:  # noqa: ANN401 - a boto3 client
    match operation:
        case "GetItem":
            yield _one(dynamodb, body["TableName"], body["Key"], body)
        case "BatchGetItem":
            for table, asked in body["RequestItems"].items():
                yield from (_one(dynamodb, table, key, asked) for key in asked["Keys"])
        case "Query":
            assert "FilterExpression" not in body
            yield body["TableName"], body.get("ConsistentRead", False), _octets(_found(dynamodb, body))


def _one(dynamodb: Any, table: str, key: Mapping[str, Any], asked: Mapping[str, Any]) -> Read:  # noqa: ANN401 - as above
    item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
    return table, asked.get("ConsistentRead", False), _octets([item])


def _found(dynamodb: Any, body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:  # noqa: ANN401 - as above
    found: Sequence[Mapping[str, Any]] = dynamodb.query(**body)["Items"]
    return found


def _octets(items: Sequence[Mapping[str, Any]]) -> int:
    return sum(map(item_size, items))
