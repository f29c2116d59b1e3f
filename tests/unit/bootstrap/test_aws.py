"""One client for each service, whoever uses it."""

from collections.abc import Iterator
from typing import Any

import pytest
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from postroom.bootstrap import aws
from tests.fakes.tables import ENVIRONMENT


class Letter(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)


class Stamp(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)


@pytest.fixture(autouse=True)
def an_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    aws.forget_clients()
    yield
    aws.forget_clients()


def client_of(row: type[Model]) -> Any:  # noqa: ANN401 - a boto3 client
    return row._get_connection().connection.client


def test_all_who_use_a_service_have_one_client() -> None:
    assert aws.sqs() is aws.sqs()
    assert aws.secrets_manager() is aws.secrets_manager()


def test_all_rows_are_asked_for_by_one_client_whatever_their_table() -> None:
    aws.name((Letter,), "letters")
    aws.name((Stamp,), "stamps")

    assert client_of(Letter) is client_of(Stamp)


def test_a_hanging_table_is_not_waited_for_longer_than_another_service() -> None:
    aws.name((Letter,), "letters")

    config = client_of(Letter).meta.config
    assert (config.connect_timeout, config.read_timeout, config.max_pool_connections) == (3, 10, 100)


def test_a_process_can_turn_to_another_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    aws.name((Letter,), "letters")
    before = [aws.sqs(), client_of(Letter)]

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    aws.forget_clients()
    aws.name((Letter,), "letters")

    assert [client.meta.region_name for client in before] == ["eu-central-1"] * 2
    assert [client.meta.region_name for client in (aws.sqs(), client_of(Letter))] == ["us-east-1"] * 2
