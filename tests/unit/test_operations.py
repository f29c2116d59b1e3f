"""What docs/operations.md tells an operator to do, as far as it can be tried here."""

import json
import logging
import re
import sys
from typing import Any

import boto3
import pytest

from local.place import ROOT
from postroom.delivery.model import ReplyClass
from postroom.log_lines import Lines
from postroom.metrics.model import METRICS
from tests.builders import a_draft
from tests.fakes.batch import verdict, with_account
from tests.fakes.sending import FakeSender
from tests.fakes.tables import shape, tables

TEXT = (ROOT / "docs/operations.md").read_text()
QUERIES = re.findall(r"```logs\n(.*?)```", TEXT, re.DOTALL)
[COPY] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
WORDS = {"fields", "filter", "stats", "sort", "limit", "display", "by", "as", "and", "like", "asc", "desc"}
FUNCTIONS = {"count", "pct", "max", "bin"}


def without_indent(block: str) -> str:
    return "\n".join(line.removeprefix("   ") for line in block.splitlines())


@pytest.fixture
def fields(caplog: pytest.LogCaptureFixture) -> set[str]:
    """Those of the lines that are written of a few messages, one of which makes trouble."""
    caplog.set_level(logging.INFO, "postroom")
    sender = with_account(FakeSender())
    said = iter([verdict(kind) for kind in (ReplyClass.ACCEPTED, ReplyClass.RECIPIENT, ReplyClass.BUSY)])
    sender.servers.answer = lambda _server, _recipient, _mail: next(said)
    sender.accept(*(a_draft(recipients=(f"r{n}@example.com",)) for n in range(3)))
    sender.run()
    try:
        int("x")
    except ValueError:
        logging.getLogger("postroom.x").exception("A fault")
    lines = [json.loads(Lines().format(record)) for record in caplog.records]
    return {name for line in lines for name in line}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_asks_for_fields_that_lines_have(query: str, fields: set[str]) -> None:
    asked = re.sub(r'"[^"]*"', "", query)
    named = set(re.findall(r"@?[a-zA-Z_][\w.]*", asked)) - WORDS - FUNCTIONS
    own = {name.partition(".")[0] for name in named if not name.startswith("@")}

    made_here = set(re.findall(r"\bas (\w+)", asked)) | {"1h", "h"}
    assert own - made_here <= fields


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_looks_for_sentences_that_the_code_says(query: str) -> None:
    sources = "".join(path.read_text() for path in (ROOT / "layers/postroom/python/postroom").rglob("*.py"))

    for sentence in re.findall(r'message = "([^"]+)"', query):
        assert f'"{sentence}"' in sources


def test_there_is_a_query_for_each_question() -> None:
    assert len(QUERIES) == 7


def test_every_metric_is_in_the_table_with_its_values_and_their_cost_is_right() -> None:
    for metric in METRICS:
        assert f"`{metric.name}`" in TEXT
        if metric.by and metric.by.name != "Priority":
            assert f"`{metric.by.name}`: {', '.join(metric.by.values)} |" in TEXT
    count = sum(metric.count for metric in METRICS)
    assert f"at most {count} metrics, ${count * 0.30:.2f} a month" in TEXT
    assert f"{count} of them, ${count * 0.30:.2f}" in (ROOT / "docs/deploy.md").read_text().replace("\n", " ")


def row(pk: str, sk: str, **more: str) -> dict[str, Any]:
    return {name: {"S": value} for name, value in {"pk": pk, "sk": sk, **more}.items()}


def test_a_restore_brings_back_what_is_missing_and_nothing_that_would_be_done_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent, waiting = row("T#ten_a#M#1", "msg_1", status="sent"), row("T#ten_a#M#1", "msg_2", status="queued")
    content, token = row("T#ten_a#C#msg_1", "C"), row("T#ten_a#TOKENS", "TOKEN#x")
    request, other = row("T#ten_a#I#key", "I"), row("T#ten_b#M#1", "msg_3", status="sent")
    before, now = row("T#ten_a#M#1", "msg_4", status="sent"), row("T#ten_a#M#1", "msg_4", status="bounced")
    monkeypatch.setattr(sys, "argv", ["copy.py", "messages", "T#ten_a"])
    with tables("messages"):
        client = boto3.client("dynamodb")
        client.create_table(TableName="messages-restored", BillingMode="PAY_PER_REQUEST", **shape("messages"))
        for each in (sent, waiting, content, token, request, other, before):
            client.put_item(TableName="messages-restored", Item=each)
        client.put_item(TableName="messages", Item=now)

        exec(compile(without_indent(COPY), "docs/operations.md", "exec"), {})  # noqa: S102 - it is what the document says

        items = client.scan(TableName="messages")["Items"]
    assert sorted(items, key=str) == sorted([sent, content, now], key=str)
