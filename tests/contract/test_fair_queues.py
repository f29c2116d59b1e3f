"""Every message that we put on a queue names its tenant, so that a tenant's flood is served beside the others' mail.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
"""

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from local.place import SOURCES
from postroom.ids import Seed
from postroom.leases.model import Ticket as TurnTicket
from postroom.leases.queue import IMPORTS, SqsTickets
from postroom.mails.model import Kind, MailRequest
from postroom.mails.queue import SqsRequests
from postroom.messages.model import Priority
from postroom.messages.ports import Departure
from postroom.messages.ports import Ticket as MessageTicket
from postroom.messages.queue import SqsQueues
from tests.fakes.tables import ENVIRONMENT
from tests.fakes.time import NOON

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

TENANTS = ["ten_a", "ten_b"]
Put = Callable[["SQSClient", str, str], object]
"""Puts something of a tenant on the queue of this address."""


def put_message(sqs: "SQSClient", url: str, tenant_id: str) -> None:
    SqsQueues(sqs, dict.fromkeys(Priority, url)).send([Departure(MessageTicket(tenant_id, "msg_1"), Priority.LOW)])


def put_request(sqs: "SQSClient", url: str, tenant_id: str) -> None:
    SqsRequests(sqs, url).put(MailRequest(tenant_id, Kind.WELCOME, Seed.fresh(NOON), user_id="u"))


def put_turn(sqs: "SQSClient", url: str, tenant_id: str) -> None:
    SqsTickets(sqs, url, IMPORTS).put(TurnTicket(tenant_id, "imp_1", 0))


WRITERS: dict[str, Put] = {
    "postroom.mails.queue": put_request,
    "postroom.messages.queue": put_message,
    "postroom.leases.queue": put_turn,
}
"""By their module: a new one has to be added here."""


@pytest.fixture
def sqs() -> Iterator["SQSClient"]:
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        yield boto3.client("sqs")


def groups_of(parameters: dict[str, Any]) -> list[str | None]:
    return [entry.get("MessageGroupId") for entry in parameters.get("Entries", [parameters])]


@pytest.mark.parametrize("writer", sorted(WRITERS))
def test_what_is_put_on_a_queue_goes_by_its_tenant(sqs: "SQSClient", writer: str) -> None:
    named: list[str | None] = []
    for operation in ("SendMessage", "SendMessageBatch"):
        sqs.meta.events.register(
            f"provide-client-params.sqs.{operation}", lambda params, **_: named.extend(groups_of(params))
        )
    url = sqs.create_queue(QueueName="queue")["QueueUrl"]

    for tenant_id in TENANTS:
        WRITERS[writer](sqs, url, tenant_id)

    assert named == TENANTS


def test_all_that_put_something_on_a_queue_are_held_to_it() -> None:
    def writes(source: str) -> bool:
        calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
        return any(isinstance(call, ast.Attribute) and call.attr.startswith("send_message") for call in calls)

    package = SOURCES / "postroom"
    modules = {path for path in package.rglob("*.py") if writes(path.read_text("utf-8"))}

    assert {".".join(path.relative_to(SOURCES).with_suffix("").parts) for path in modules} == set(WRITERS)
