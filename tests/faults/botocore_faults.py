"""Makes DynamoDB seem to throttle, or to be at odds with another transaction, without ever asking it.

    faults = DynamoFaults(Shares(throttled=0.3, conflicting=0.3), seed=7)
    faults.install(ROWS)

A request that is hit is answered here and never sent: DynamoDB, too, has done nothing when it answers so. boto3 repeats
what was throttled, and hands a conflict to its caller.
"""

import json
import random
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.retries.quota import RetryQuota
from botocore.retries.standard import ExponentialBackoff
from pynamodb.models import Model

_CODES = {
    "throttled": ("ProvisionedThroughputExceededException", "The level of configured throughput was exceeded"),
    "conflicting": ("TransactionConflictException", "Transaction is ongoing for the item"),
    "unwell": ("InternalServerError", "The request processing has failed"),
}

_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem"})


@dataclass(frozen=True, slots=True)
class Shares:
    """Which share of requests, repetitions included, is answered how; the rest goes its way. Reads meet no conflict."""

    throttled: float = 0.0
    conflicting: float = 0.0
    unwell: float = 0.0

    def __post_init__(self) -> None:
        assert sum(asdict(self).values()) <= 1

    def pick(self, number: float) -> str | None:
        """``number``: from 0 up to, but not including, 1."""
        for name, share in asdict(self).items():
            number -= share
            if number < 0:
                return str(name)
        return None


class DynamoFaults:
    def __init__(self, shares: Shares, seed: int) -> None:
        self._shares = shares
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.seen = 0
        self.hit: dict[str, int] = dict.fromkeys(_CODES, 0)

    def install(self, rows: Iterable[type[Model]], *operations: str) -> None:
        """On the clients that these models have now, whoever else asks through them, for all operations or some."""
        for row in rows:
            self.install_on(row._get_connection().connection.client, *operations)

    def install_on(self, client: Any, *operations: str) -> None:  # noqa: ANN401 - a boto3 client
        for name in operations or ("*",):
            client.meta.events.register(f"before-send.dynamodb.{name}", self.answer, unique_id=f"{id(self)}{name}")

    def answer(self, request: AWSRequest, **_: object) -> Any:  # noqa: ANN401 - botocore takes an AWSResponse or None
        with self._lock:
            self.seen += 1
            fault = self._shares.pick(self._random.random())
            if fault is None or (fault == "conflicting" and _operation(request) not in _WRITES):
                return None
            self.hit[fault] += 1
        return _answer(request, *_CODES[fault])


def _operation(request: AWSRequest) -> str:
    target = request.headers.get("X-Amz-Target", b"")
    return (target.decode() if isinstance(target, bytes) else str(target)).rpartition(".")[2]


def _answer(request: AWSRequest, code: str, words: str) -> AWSResponse:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": words}).encode()
    status = 500 if code == "InternalServerError" else 400
    headers = HTTPHeaders()
    headers["x-amzn-requestid"] = "made-by-a-fault"
    return AWSResponse(str(request.url), status, headers, _Raw(body))


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterable[bytes]:
        yield self._body


def from_environment(environ: Mapping[str, str], pid: int) -> DynamoFaults | None:
    """For a process that is told its faults as JSON in ``FAULTS``; ``pid`` keeps two of them from failing in step."""
    if "FAULTS" not in environ:
        return None
    told = json.loads(environ["FAULTS"])
    return DynamoFaults(Shares(**told["shares"]), seed=told["seed"] * 1_000_003 + pid)


@contextmanager
def as_if_each_thread_had_a_client(longest_wait: float = 0.02) -> Iterator[None]:
    """Takes out of boto3 what limits a client rather than a request, and shortens its waits.

    Hundreds of threads that stand for functions of their own share one client here, with its allowance for repetitions.
    """

    def wait(backoff: ExponentialBackoff, _: object) -> float:
        return random.uniform(0, longest_wait)

    with (
        patch.object(RetryQuota, "acquire", lambda _quota, _amount: True),
        patch.object(ExponentialBackoff, "delay_amount", wait),
    ):
        yield
