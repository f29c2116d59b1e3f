import pytest

from bench.cost import prices
from bench.cost.bill import MEMORY_GB, Invocation, polling, use_of
from bench.cost.dynamo import Units
from bench.cost.handler_time import AWS_SECONDS, STRETCH, Spent, chain
from bench.cost.meter import Call, sqs_requests
from tests.fakes.tables import template


def a_call(service: str, operation: str, *, billed: int = 1, units: Units | None = None) -> Call:
    return Call(service, operation, (), 1, billed, units or Units(), 0, 1)


def test_units_and_requests_add_up_to_dollars() -> None:
    calls = [
        a_call("dynamodb", "UpdateItem", units=Units(read=2, written=4)),
        a_call("sqs", "SendMessageBatch", billed=2),
        a_call("s3", "PutObject"),
        a_call("secretsmanager", "GetSecretValue"),
    ]

    use = use_of(calls, [], sent_bytes=0)

    assert use.sqs_requests == 2
    expected = (4 * 0.625 + 2 * 0.125 + 2 * 0.50) / 1e6 + 0.005 / 1e3 + 0.05 / 1e4
    assert use.dollars == pytest.approx(expected)


def test_a_sender_is_paid_by_the_millisecond_and_its_queue_by_the_request() -> None:
    use = use_of([], [Invocation("sender", seconds=0.1001, logged=1000, records=50)], sent_bytes=3000)

    assert use.of(prices.LAMBDA_TIME) == pytest.approx(0.101 * MEMORY_GB)
    assert use.of(prices.LAMBDA_REQUESTS) == 1
    assert use.of(prices.LOGS) == 1000
    assert use.sqs_requests == 10
    assert use.of(prices.BYTES_OUT) == 3000
    assert use.of(prices.HTTP_API) == 0


def test_a_request_is_paid_by_the_half_megabyte() -> None:
    use = use_of([], [Invocation("api", 0.1, 0, asked=1_600_000, answered=40_000)], sent_bytes=0)

    assert use.of(prices.HTTP_API) == 4
    assert use.of(prices.BYTES_OUT) == 40_000
    assert use.sqs_requests == 0


def test_an_amount_of_many_mails_is_shared_among_them() -> None:
    assert use_of([a_call("sqs", "x")], [], sent_bytes=0).per(4).sqs_requests == 0.25


@pytest.mark.parametrize(("records", "requests"), [(1, 2), (10, 2), (11, 4), (200, 40)])
def test_a_poller_takes_and_deletes_ten_at_a_time(records: int, requests: int) -> None:
    assert polling(records) == requests


def test_a_request_to_a_queue_is_paid_by_64_kilobytes() -> None:
    assert sqs_requests({"Entries": []}) == 1
    assert sqs_requests({"Entries": ["x" * 70_000]}) == 2


def test_the_memory_is_the_template_s() -> None:
    assert template()["Globals"]["Function"]["MemorySize"] / 1024 == MEMORY_GB


def test_requests_beside_each_other_are_waited_for_once() -> None:
    assert chain([]) == 0
    assert chain([(0, 1), (1, 2), (2, 3)]) == 3
    assert chain([(0, 1), (0, 2), (0.5, 3)]) == 1
    assert chain([(0, 10), (1, 2), (3, 4)]) == 2


def test_computing_is_stretched_and_aws_is_waited_for() -> None:
    spent = Spent(wall=9, computing=0.1, chain=4)

    assert spent.on_lambda == pytest.approx(0.1 * STRETCH + 4 * AWS_SECONDS)
