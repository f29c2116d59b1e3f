"""Tables in moto. It is exact for one thread only, which is all that the tests using it have."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
from cfnlint.decode import cfn_yaml
from moto import mock_aws
from pynamodb.models import Model

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_REGION": "eu-central-1",
}


_TEMPLATE = Path(__file__).parents[2] / "template.yaml"
_LOGICAL_NAMES = {"accounts": "AccountsTable", "messages": "MessagesTable", "directory": "DirectoryTable"} | {
    "notifications": "NotificationsTable"
}
_SHAPE = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")


@contextmanager
def tables(*names: str) -> Iterator[None]:
    """Tables of these names, with the keys and indexes that the template gives them."""
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        dynamodb = boto3.client("dynamodb")
        for name in names:
            dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **shape(name))
        yield


@cache
def template() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json.dumps(cfn_yaml.load(str(_TEMPLATE))))
    return loaded


def shape(name: str) -> dict[str, Any]:
    """Keys and indexes, as the template gives them to the table that is called so here."""
    properties = template()["Resources"][_LOGICAL_NAMES[name]]["Properties"]
    return {part: properties[part] for part in _SHAPE if part in properties}


def timeout_of(function: str) -> int:
    """Seconds, by the template."""
    return int(template()["Resources"][function]["Properties"]["Timeout"])


def name_table(rows: Iterable[type[Model]], name: str) -> None:
    for row in rows:
        row.Meta.table_name = name
