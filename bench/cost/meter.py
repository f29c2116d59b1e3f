"""Counts every request that this process sends to AWS, through the events of botocore.

meter = Meter(shapes, look)
with meter.watching():
...  # clients that are made in here are counted
meter.calls
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSRequest
from botocore.model import OperationModel
from botocore.session import Session

from bench.cost.dynamo import Look, Shapes, Units, Write, tables_in, units, writes_in

_SQS_CHUNK = 64 * 1024
_OURS = "postroom_bench"


@dataclass(frozen=True)
class Call:
    """``attempts``: how often it was sent; ``billed``: the requests that are paid for. Times in seconds."""

    service: str
    operation: str
    tables: tuple[str, ...]
    attempts: int
    billed: int
    units: Units
    began: float
    ended: float


@dataclass
class _Open:
    """A request that has not been answered."""

    began: float
    writes: tuple[Write, ...]
    attempts: int = 0


@dataclass
class Meter:
    """Without ``look`` units are not told, and no request is held up by a reading of ours before and after it."""

    shapes: Shapes
    look: Look | None
    calls: list[Call] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)
    """The bodies of what was put on queues, in order."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _local: threading.local = field(default_factory=threading.local)

    @contextmanager
    def watching(self) -> Iterator[None]:
        make = Session.create_client

        def make_watched(session: Session, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - as botocore has it
            client = make(session, *arguments, **more)
            self._watch(client)
            return client

        with patch.object(Session, "create_client", make_watched):
            yield

    def _watch(self, client: Any) -> None:  # noqa: ANN401 - a client of any service
        events = client.meta.events
        events.register("before-parameter-build", self._before, unique_id=f"{_OURS}-before")
        events.register("before-send", self._sent, unique_id=f"{_OURS}-sent")
        events.register("after-call", self._after, unique_id=f"{_OURS}-after")

    def _before(self, params: Mapping[str, Any], model: OperationModel, context: dict[str, Any], **_: object) -> None:
        writes: tuple[Write, ...] = ()
        if self.look and _service(model) == "dynamodb":
            writes = writes_in(model.name, params, self.shapes, self.look)
        if model.name == "SendMessageBatch":
            with self._lock:
                self.queued += [entry["MessageBody"] for entry in params["Entries"]]
        context[_OURS] = params
        self._local.open = _Open(time.perf_counter(), writes)

    def _sent(self, request: AWSRequest, **_: object) -> None:
        self._local.open.attempts += 1
        self._local.body = request.body

    def _after(self, parsed: Mapping[str, Any], model: OperationModel, context: dict[str, Any], **_: object) -> None:
        ended = time.perf_counter()
        service, asked, was = _service(model), context[_OURS], self._local.open
        used = Units()
        if self.look and service == "dynamodb":
            used = units(model.name, asked, parsed, was.writes, self.shapes, self.look)
        billed = sqs_requests(asked) * was.attempts if service == "sqs" else was.attempts
        with self._lock:
            self.calls.append(Call(service, model.name, tables_in(asked), was.attempts, billed, used, was.began, ended))


def sqs_requests(asked: Mapping[str, Any]) -> int:
    """Each 64 KB of payload is a request, https://aws.amazon.com/sqs/pricing/."""
    return max(1, ceil(len(json.dumps(asked, default=str)) / _SQS_CHUNK))


def _service(model: OperationModel) -> str:
    return str(model.service_model.service_name)
