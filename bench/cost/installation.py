"""The functions of an installation, called here as Lambda calls them, with tables and queues of a local AWS."""

import io
import logging
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from bench.cost.bill import Invocation
from bench.cost.dynamo import Look
from bench.cost.handler_time import Spent, chain
from bench.cost.meter import Meter
from bench.cost.sizes import Item
from bench.cost.units import Shape
from postroom.bootstrap.directory import build_directory
from postroom.clock import system_clock
from postroom.ids import Seed
from postroom.tenancy.create_tenant import CreateTenant
from tests.fakes.http import request
from tests.fakes.tables import shape
from tests.faults.bare_aws import BareAws, bare_aws

_TABLES = ("accounts", "messages", "directory", "notifications")
_BUILT = {
    "api": "_api",
    "authorizer": "_verify_key",
    "sender": "_send_batch",
    "due": "_use_case",
    "outcomes": "_follow",
}
_OF_KINDS = {"fan_out": "_use_case"}
"""Builds what it needs for each kind of work, when that comes."""
_SENDER_SECONDS = 60
_SECONDS = {"fan_out": 900}
_VISIBILITY_SECONDS = 360


@dataclass
class Installation:
    aws: BareAws
    meter: Meter
    invocations: list[Invocation] = field(default_factory=list)
    spent: list[tuple[str, Spent]] = field(default_factory=list)

    def forget(self) -> None:
        """What was counted so far."""
        self.meter.calls.clear()
        self.meter.queued.clear()
        self.invocations.clear()
        self.spent.clear()

    def ask(self, key: str, method: str, path: str, body: object) -> tuple[int, Any]:
        """As API Gateway does it: first the authorizer, then the api."""
        event = request(method, path, body, headers={"authorization": f"Bearer {key}"})
        known = self._invoke("authorizer", event)
        event["requestContext"]["authorizer"] = {"lambda": known["context"]}
        answer = self._invoke("api", event, asked=len(event.get("body", "")))
        return answer["statusCode"], answer["body"]

    def send_queued(self, batch: int) -> int:
        """Hands what was put on queues to senders, so many records at a time; how many went back."""
        bodies, self.meter.queued[:] = list(self.meter.queued), []
        events = [bodies[start : start + batch] for start in range(0, len(bodies), batch)]
        return sum(len(self.send(each)["batchItemFailures"]) for each in events)

    def send(self, bodies: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
        records = [{"messageId": f"record-{number}", "body": body} for number, body in enumerate(bodies)]
        return self._invoke("sender", {"Records": records}, records=len(records))

    def work_queued(self) -> None:
        """Hands the tickets of work for many users to its worker, one at a time; messages that wait are left."""
        bodies, self.meter.queued[:] = list(self.meter.queued), []
        for body in bodies:
            if "message_id" in body:
                self.meter.queued.append(body)
            else:
                self._invoke("fan_out", {"Records": [{"messageId": "record", "body": body}]}, records=1)

    def follow(self, images: Sequence[Item], batch: int) -> None:
        """Brings rows of messages to the log of notices, as their table's stream does."""
        records = [{"dynamodb": {"NewImage": _as_json(image)}} for image in images]
        for start in range(0, len(records), batch):
            self._invoke("outcomes", {"Records": records[start : start + batch]})

    def messages(self) -> list[Item]:
        """All rows of their table. To read them is counted."""
        pages = self.aws.client("dynamodb").get_paginator("scan").paginate(TableName="messages")
        return [item for page in pages for item in page["Items"]]

    def run_due(self) -> Any:  # noqa: ANN401 - JSON
        return self._invoke("due", {})

    def _invoke(self, function: str, event: dict[str, Any], *, records: int = 0, asked: int = 0) -> Any:  # noqa: ANN401
        handler = _module(function).handler
        first = len(self.meter.calls)
        with _counted_log(function) as log:
            began, computed = time.perf_counter(), time.process_time()
            answer = handler(event, _Context(_SECONDS.get(function, _SENDER_SECONDS)))
            spent_wall, spent_computing = time.perf_counter() - began, time.process_time() - computed
        calls = self.meter.calls[first:]
        spent = Spent(spent_wall, spent_computing, chain((call.began, call.ended) for call in calls))
        self.spent.append((function, spent))
        answered = len(answer["body"]) if asked else 0
        self.invocations.append(Invocation(function, spent.on_lambda, log.size, records, asked, answered))
        return answer


@contextmanager
def installation(state: Path, *, units: bool) -> Iterator[Installation]:
    """``units``: whether they are told; the readings that this takes make every time longer."""
    with bare_aws(state) as aws:
        shapes = {name: Shape.of(shape(name)) for name in _TABLES}
        meter = Meter(shapes, _looking(aws) if units else None)
        queue = aws.queue(_VISIBILITY_SECONDS)
        with meter.watching(), aws.here(aws.settings(queue, POWERTOOLS_LOG_LEVEL="INFO")):
            _forget_built()
            yield Installation(aws, meter)
        _forget_built()


def a_tenant() -> tuple[str, str]:
    """Its id and the key of its admin."""
    created = CreateTenant(build_directory("directory"))("Bench", Seed.fresh(system_clock()))
    return created.tenant.id, created.admin_key.text


class _Context(LambdaContext):
    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]
        return self._seconds * 1000


@dataclass
class _Counted(io.TextIOBase):
    """A stream that counts what is written to it."""

    size: int = 0

    def write(self, text: str) -> int:
        self.size += len(text.encode())
        return len(text)

    def flush(self) -> None:
        """Nothing is kept."""


@contextmanager
def _counted_log(function: str) -> Iterator[_Counted]:
    """What a function logs, which on AWS is paid for by its bytes."""
    counted = _Counted()
    _built(function)
    # The api function has a logger of powertools, which keeps the stream it was made with.
    handlers = [each for each in logging.getLogger(function).handlers if isinstance(each, logging.StreamHandler)]
    before = [handler.setStream(counted) for handler in handlers]
    try:
        with redirect_stdout(counted):
            yield counted
    finally:
        for handler, stream in zip(handlers, before, strict=True):
            if stream is not None:
                handler.setStream(stream)


def _as_json(value: Any) -> Any:  # noqa: ANN401 - what DynamoDB has
    """Lambda's events are JSON, where octets are base64."""
    match value:
        case bytes():
            return b64encode(value).decode()
        case dict():
            return {name: _as_json(part) for name, part in value.items()}
        case list():
            return [_as_json(part) for part in value]
        case _:
            return value


def _module(function: str) -> ModuleType:
    return import_module(f"functions.{function}.app")


def _built(function: str) -> None:
    if function in _BUILT:
        getattr(_module(function), _BUILT[function])()


def _forget_built() -> None:
    for function, name in {**_BUILT, **_OF_KINDS}.items():
        getattr(_module(function), name).cache_clear()


def _looking(aws: BareAws) -> "Look":
    """Remembers what it saw last: nobody writes but those whose requests are counted."""
    dynamodb = aws.client("dynamodb")
    seen: dict[tuple[str, str], Item | None] = {}

    def look(table: str, key: Item, *, again: bool = True) -> Item | None:
        place = table, repr(sorted(key.items()))
        if again or place not in seen:
            seen[place] = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return seen[place]

    return look
