"""The clients of AWS, and the names of the tables. Nothing else makes a client or names a table."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

import boto3
from botocore.config import Config
from pynamodb.models import Model

from postroom.bootstrap.conflicts import try_again_after_conflicts
from postroom.bootstrap.observing import xray
from postroom.bootstrap.when_used import when_used
from postroom.tracing.clients import trace_requests

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

_CONNECT_SECONDS = 3
_READ_SECONDS = 10
_CONNECTIONS = 100
"""A hanging service must not eat a function's whole time, nor threads wait for each other's connections."""

_CLIENT = Config(
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    max_pool_connections=_CONNECTIONS,
    retries={"mode": "standard", "total_max_attempts": 4},
)

_BRIEF = _CLIENT.merge(Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2}))
"""For what an answer can be without: who asks how all is must hear it also while a service hangs."""


def s3() -> "S3Client":
    return when_used(lambda: cast("S3Client", _client("s3", _CLIENT)))


def s3_briefly() -> "S3Client":
    return when_used(lambda: cast("S3Client", _client("s3", _BRIEF)))


def s3_for_addresses(*, local: bool) -> "S3Client":
    """Signs addresses with the present signature, for the bucket's own region.

    By itself botocore takes the older one, and an endpoint that not every region is behind. The local AWS has no host
    names for buckets.
    """
    how = Config(signature_version="s3v4", s3=None if local else {"addressing_style": "virtual"})
    return when_used(lambda: cast("S3Client", _client("s3", _CLIENT.merge(how))))


@cache
def secrets_manager() -> "SecretsManagerClient":
    return cast("SecretsManagerClient", _client("secretsmanager", _CLIENT))


def secrets_manager_briefly() -> "SecretsManagerClient":
    return when_used(lambda: cast("SecretsManagerClient", _client("secretsmanager", _BRIEF)))


@cache
def sqs() -> "SQSClient":
    return cast("SQSClient", _client("sqs", _CLIENT))


def sqs_briefly() -> "SQSClient":
    return when_used(lambda: cast("SQSClient", _client("sqs", _BRIEF)))


def cloudwatch() -> Any:  # noqa: ANN401 - who uses it says what it is to it
    return when_used(lambda: _client("cloudwatch", _BRIEF))


def functions() -> Any:  # noqa: ANN401 - as above
    return when_used(lambda: _client("lambda", _BRIEF))


def topics() -> Any:  # noqa: ANN401 - as above
    return when_used(lambda: _client("sns", _BRIEF))


@cache
def _dynamodb() -> "DynamoDBClient":
    # What PynamoDB asks for, it has checked itself.
    client = cast("DynamoDBClient", _client("dynamodb", _CLIENT.merge(Config(parameter_validation=False))))
    try_again_after_conflicts(client)
    return client


def _client(
    service: "Literal['cloudwatch', 'dynamodb', 'lambda', 's3', 'secretsmanager', 'sns', 'sqs']", config: Config
) -> object:
    client = boto3.client(service, config=config)
    trace_requests(client, xray())
    return client


def forget_clients() -> None:
    """For a process whose environment names another AWS from now on."""
    _dynamodb.cache_clear()
    secrets_manager.cache_clear()
    sqs.cache_clear()


def dynamodb() -> "DynamoDBClient":
    """For what PynamoDB's models cannot ask."""
    return _dynamodb()


def name(rows: Iterable[type[Model]], table: str) -> None:
    for row in rows:
        row.Meta.table_name = table
        # PynamoDB would make each model a client of its own when it is first used: 30 ms and ten megabytes apiece.
        row._get_connection().connection._client = cast("Any", _dynamodb())  # noqa: SLF001 - there is no other way in
