"""What was used, and what it costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil

from bench.cost import prices
from bench.cost.meter import Call
from bench.cost.prices import Price

MEMORY_GB = 0.5
"""MemorySize in template.yaml."""

_API_CHUNK = 512 * 1024
_POLLED = 10
"""Lambda's poller receives and deletes up to ten messages with a request,
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html and SQS's limits."""

_TRACED = 0.05
"""X-Ray's default rule: the first request of a second, and one in twenty of the others."""


@dataclass(frozen=True)
class Invocation:
    """``seconds`` are those that Lambda would bill; ``logged`` and ``answered`` are bytes."""

    function: str
    seconds: float
    logged: int
    records: int = 0
    asked: int = 0
    answered: int = 0


@dataclass
class Use:
    """Amounts by price."""

    amounts: dict[Price, float] = field(default_factory=dict)

    def add(self, price: Price, amount: float) -> None:
        self.amounts[price] = self.amounts.get(price, 0) + amount

    def of(self, price: Price) -> float:
        return self.amounts.get(price, 0)

    def per(self, count: float) -> "Use":
        return Use({price: amount / count for price, amount in self.amounts.items()})

    @property
    def dollars(self) -> float:
        return sum(price.of(amount) for price, amount in self.amounts.items())

    @property
    def sqs_requests(self) -> float:
        return self.of(prices.SQS)


def use_of(calls: Iterable[Call], invocations: Iterable[Invocation], *, sent_bytes: int) -> Use:
    """``sent_bytes``: what went to mail servers."""
    use = Use()
    for call in calls:
        _add_call(use, call)
    for invocation in invocations:
        _add_invocation(use, invocation)
    use.add(prices.BYTES_OUT, sent_bytes)
    return use


def polling(records: int) -> int:
    """The requests by which Lambda gets a batch from its queue and deletes it."""
    return 2 * ceil(records / _POLLED)


_BY_CALL: Mapping[tuple[str, str], Price] = {("s3", "PutObject"): prices.S3_PUT, ("s3", "GetObject"): prices.S3_GET}


def _add_call(use: Use, call: Call) -> None:
    match call.service:
        case "dynamodb":
            use.add(prices.WRITE_UNITS, call.units.written)
            use.add(prices.READ_UNITS, call.units.read)
        case "sqs":
            _add_sqs(use, call.billed)
        case "secretsmanager":
            use.add(prices.SECRETS, call.attempts)
        case _:
            use.add(_BY_CALL[call.service, call.operation], call.attempts)


def _add_sqs(use: Use, requests: int) -> None:
    use.add(prices.SQS, requests)
    use.add(prices.FAIR_QUEUES, requests)


def _add_invocation(use: Use, invocation: Invocation) -> None:
    use.add(prices.LAMBDA_REQUESTS, 1)
    use.add(prices.LAMBDA_TIME, ceil(invocation.seconds * 1000) / 1000 * MEMORY_GB)
    use.add(prices.LOGS, invocation.logged)
    if invocation.records:
        _add_sqs(use, polling(invocation.records))
        use.add(prices.TRACES, _TRACED)
    if invocation.asked:
        use.add(prices.HTTP_API, ceil(invocation.asked / _API_CHUNK))
        use.add(prices.BYTES_OUT, invocation.answered)
        use.add(prices.TRACES, _TRACED)
