"""The clients of AWS, and the names of the tables. Nothing else makes a client or names a table."""

from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config
from pynamodb.models import Model

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


class _WhenUsed:
    """A client that is made when it is first asked for something.

    S3's takes 40 ms of a cold start, and only large contents need it.
    """

    def __init__(self, service: str) -> None:
        self._service = service
        self._client: Any = None
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the client has
        with self._lock:
            if self._client is None:
                self._client = boto3.client(self._service, config=_CLIENT)
        return getattr(self._client, name)


def s3() -> "S3Client":
    return cast("S3Client", _WhenUsed("s3"))


def secrets_manager() -> "SecretsManagerClient":
    return cast("SecretsManagerClient", boto3.client("secretsmanager", config=_CLIENT))


def sqs() -> "SQSClient":
    return cast("SQSClient", boto3.client("sqs", config=_CLIENT))


def name(rows: Iterable[type[Model]], table: str) -> None:
    for row in rows:
        row.Meta.table_name = table
        row.Meta.connect_timeout_seconds = _CONNECT_SECONDS
        row.Meta.read_timeout_seconds = _READ_SECONDS
        row.Meta.max_pool_connections = _CONNECTIONS
