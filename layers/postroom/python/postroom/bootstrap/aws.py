"""The clients of AWS, and the names of the tables. Nothing else makes a client or names a table."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, cast

import boto3
from botocore.config import Config
from pynamodb.models import Model

from postroom.bootstrap.when_used import when_used

if TYPE_CHECKING:
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


def s3() -> "S3Client":
    return when_used(lambda: cast("S3Client", boto3.client("s3", config=_CLIENT)))


@cache
def secrets_manager() -> "SecretsManagerClient":
    return cast("SecretsManagerClient", boto3.client("secretsmanager", config=_CLIENT))


@cache
def sqs() -> "SQSClient":
    return cast("SQSClient", boto3.client("sqs", config=_CLIENT))


def forget_clients() -> None:
    """For a process whose environment names another AWS from now on."""
    secrets_manager.cache_clear()
    sqs.cache_clear()


def name(rows: Iterable[type[Model]], table: str) -> None:
    for row in rows:
        row.Meta.table_name = table
        row.Meta.connect_timeout_seconds = _CONNECT_SECONDS
        row.Meta.read_timeout_seconds = _READ_SECONDS
        row.Meta.max_pool_connections = _CONNECTIONS
