"""Counts what a mail costs, from the request that brings it to the look behind the row that says it was sent."""

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from typing import Any

import boto3
from botocore.awsrequest import AWSRequest
from pynamodb.models import Model

from postroom.bootstrap.due import build_due
from postroom.clock import system_clock
from postroom.messages.model import Priority
from postroom.progress import Progress
from postroom.settings import Settings
from tests.experiments.read_units import read_units
from tests.experiments.tenancy import Tenant
from tests.fakes.sizes import UNIT, item_size
from tests.fakes.tables import shape
from tests.faults.checker import Parcel

_WORDS = (
    "order",
    "account",
    "shipped",
    "paid",
    "will",
    "arrive",
    "street",
    "please",
    "thank",
    "you",
    "the",
    "and",
    "of",
)
_SENDER_BATCH = 50

Item = Mapping[str, Any]
Key = tuple[str, str, str]


@dataclass
class Meter:
    """Units by DynamoDB's own rules; those of writes out of what each item was before and after each.

    Right as long as nobody else writes the same item at the same time, which nobody does here.
    """

    dynamodb: Any
    requests: Counter[str] = field(default_factory=Counter)
    read_halves: Counter[str] = field(default_factory=Counter)
    _before: list[tuple[Key, Item | None]] = field(default_factory=list)

    def reads(self) -> Mapping[str, float]:
        """Their units, by table."""
        return {table: halves / 2 for table, halves in self.read_halves.items()}

    def units(self) -> Counter[str]:
        """Of writes, by table."""
        now: dict[Key, Item | None] = {key: self._read(key) for key, _ in self._before}
        units: Counter[str] = Counter()
        for key, before in reversed(self._before):
            units[key[0]] += _units(key[0], before, now[key])
            now[key] = before
        return units

    def notice(self, request: AWSRequest, **_: object) -> None:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        self.requests[operation] += 1
        body = json.loads(request.body)
        self.read_halves += read_units(self.dynamodb, operation, body)
        for key in _written(operation, body):
            self._before.append((key, self._read(key)))

    def _read(self, key: Key) -> Item | None:
        table, pk, sk = key
        found: Item | None = self.dynamodb.get_item(
            TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
        ).get("Item")
        return found


@contextmanager
def metered(rows: Iterable[type[Model]], dynamodb: Any) -> Iterator[Meter]:  # noqa: ANN401 - a boto3 client
    """Counts what these rows, and the clients that are made within, ask for."""
    meter = Meter(dynamodb)
    clients = {id(client): client for row in rows if (client := row._get_connection().connection.client)}
    for client in clients.values():
        client.meta.events.register("before-send.dynamodb", meter.notice, unique_id="meter")
    boto3.setup_default_session()
    assert boto3.DEFAULT_SESSION is not None
    boto3.DEFAULT_SESSION.events.register("before-send.sqs", meter.notice)
    try:
        yield meter
    finally:
        boto3.setup_default_session()
        for client in clients.values():
            client.meta.events.unregister("before-send.dynamodb", unique_id="meter")


def mails(count: int, seed: int) -> list[dict[str, Any]]:
    """Of 3 kB, a text and an HTML part that say the same, each in words of its own."""
    source = random.Random(seed)
    return [_mail(number, source) for number in range(count)]


def post(tenant: Tenant, messages: Sequence[Mapping[str, Any]]) -> list[Parcel]:
    if len(messages) == 1:
        items = [tenant.post("/v1/messages", messages[0], 202)]
    else:
        items = tenant.post("/v1/messages/batch", {"messages": messages}, 202)["items"]
    return [(item["id"], message["to"]) for item, message in zip(items, messages, strict=True)]


def send(tenant: Tenant, parcels: Sequence[Parcel]) -> None:
    for start in range(0, len(parcels), _SENDER_BATCH):
        assert tenant.send(parcels[start : start + _SENDER_BATCH]) == set()


def look_behind(settings: Settings) -> None:
    """What ``due`` does once their queue has drained and nothing was lost."""
    due = build_due(settings)
    later = system_clock() + timedelta(minutes=3)
    for watch in due._store.watches_until(Priority.NORMAL, int(later.timestamp() * 1000), 500):
        assert due._relieve(watch) == Progress()


def _mail(number: int, source: random.Random) -> dict[str, Any]:
    words = [source.choice(_WORDS) if source.random() < 0.7 else f"{source.getrandbits(28):x}" for _ in range(210)]
    text = " ".join(words)
    rows = "".join(f'<tr><td style="padding:4px">{" ".join(words[n : n + 15])}</td></tr>' for n in range(0, 210, 15))
    return {
        "to": f"recipient{number}@example.net",
        "subject": f"Your order {source.getrandbits(32)} is on its way",
        "text": text,
        "html": f"<html><body><table>{rows}</table></body></html>",
    }


def _written(operation: str, body: Mapping[str, Any]) -> list[Key]:
    if operation == "BatchWriteItem":
        return [
            _key(table, request["PutRequest"]["Item"])
            for table, requests in body["RequestItems"].items()
            for request in requests
        ]
    if operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        return [_key(body["TableName"], body.get("Item") or body["Key"])]
    return []


def _key(table: str, attributes: Mapping[str, Any]) -> Key:
    return table, attributes["pk"]["S"], attributes["sk"]["S"]


def _units(table: str, before: Item | None, after: Item | None) -> int:
    size = max(item_size(before or {}), item_size(after or {}), 1)
    indexes = shape(table).get("GlobalSecondaryIndexes", [])
    return ceil(size / UNIT) + sum(_index_units(index, before, after) for index in indexes)


def _index_units(index: Mapping[str, Any], before: Item | None, after: Item | None) -> int:
    """An entry that comes or goes is a write, one whose key changes is two, and one that stays is none."""
    names = [part["AttributeName"] for part in index["KeySchema"]]
    old, new = (_entry(names, item) for item in (before, after))
    # Of more than keys, an entry that stays would be written with its item.
    assert old is new is None or index["Projection"]["ProjectionType"] == "KEYS_ONLY"
    return 0 if old == new else (old is not None) + (new is not None)


def _entry(names: list[str], item: Item | None) -> list[Any] | None:
    entry = [(item or {}).get(name) for name in names]
    return entry if all(entry) else None
