"""Writes that meet another transaction, on the client that all rows share and a table that answers as it is told."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model

from postroom.bootstrap import aws
from postroom.dynamo import insert, raise_unless_refused, transaction
from postroom.errors import Unavailable
from tests.fakes.tables import ENVIRONMENT


class Letter(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)


class Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._body


class Table:
    """Refuses the first ``times`` requests."""

    def __init__(self) -> None:
        self.refusal: dict[str, Any] = {}
        self.times = 0
        self.asked = 0

    def answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        self.asked += 1
        refused = self.asked <= self.times
        body = json.dumps(self.refusal if refused else {}).encode()
        headers = HTTPHeaders.from_dict({"content-type": "application/x-amz-json-1.0"})
        return AWSResponse(request.url, 400 if refused else 200, headers, Raw(body))


CONFLICT = {"__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException", "message": "ongoing"}


def cancelled(*codes: str) -> dict[str, Any]:
    return {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": f"Transaction cancelled, please refer to the reasons [{', '.join(codes)}]",
        "CancellationReasons": [{"Code": code} for code in codes],
    }


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("postroom.bootstrap.conflicts._FIRST_PAUSE", 0.0)
    aws.forget_clients()
    aws.name((Letter,), "letters")
    table = Table()
    client: Any = Letter._get_connection().connection.client
    client.meta.events.register("before-send.dynamodb", table.answer)
    yield table
    aws.forget_clients()


def write_both() -> None:
    with transaction(Letter) as write:
        write.save(Letter("one"))
        write.save(Letter("two"))


@pytest.mark.parametrize(
    ("refusal", "write"),
    [(CONFLICT, lambda: insert(Letter("one"))), (cancelled("None", "TransactionConflict"), write_both)],
)
def test_who_meets_a_transaction_comes_again(
    table: Table, refusal: dict[str, Any], write: Callable[[], object]
) -> None:
    table.refusal, table.times = refusal, 11

    write()

    assert table.asked == 12


def test_who_meets_transactions_again_and_again_is_told(table: Table) -> None:
    table.refusal, table.times = CONFLICT, 99

    with pytest.raises(Unavailable):
        insert(Letter("one"))

    assert table.asked == 12


def test_a_condition_that_does_not_hold_is_an_answer(table: Table) -> None:
    table.refusal, table.times = cancelled("ConditionalCheckFailed", "None"), 1

    with pytest.raises(TransactWriteError) as error:
        write_both()

    raise_unless_refused(error.value)
    assert table.asked == 1
