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


class Restoring:
    """A table, and beside it the one that was restored."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.client = boto3.client("dynamodb")
        self.client.create_table(TableName="restored", BillingMode="PAY_PER_REQUEST", **shape(table))

    def was(self, *rows: dict[str, Any]) -> None:
        self._put("restored", rows)

    def is_now(self, *rows: dict[str, Any]) -> None:
        self._put(self.table, rows)

    def _put(self, table: str, rows: tuple[dict[str, Any], ...]) -> None:
        for each in rows:
            self.client.put_item(TableName=table, Item=each)

    def copied_back(self, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
        monkeypatch.setattr(sys, "argv", ["copy_back.py", "restored", self.table, "T#ten_a"])
        exec(compile(without_indent(COPY), "docs/operations.md", "exec"), {})  # noqa: S102 - it is what the document says
        return by_key(self.client.scan(TableName=self.table)["Items"])


def by_key(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda each: (each["pk"]["S"], each["sk"]["S"]))


def test_a_restore_brings_back_what_is_missing_and_nothing_that_would_be_done_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent, waiting = row("T#ten_a#M#1", "msg_1", status="sent"), row("T#ten_a#M#1", "msg_2", status="queued")
    content, token = row("T#ten_a#C#msg_1", "C"), row("T#ten_a#TOKENS", "TOKEN#x")
    watch, other = row("T#ten_a#W", "digest"), row("T#ten_b#M#1", "msg_3", status="sent")
    before, now = row("T#ten_a#M#1", "msg_4", status="sent"), row("T#ten_a#M#1", "msg_4", status="bounced")
    ended, running = row("T#ten_a#J", "JOB#1", status="done"), row("T#ten_a#J", "JOB#2", status="running")
    portion, an_import = row("T#ten_a#J#1", "PORTION#00000001"), row("T#ten_a", "USER-IMPORT#1", status="running")
    with tables("messages"):
        restoring = Restoring("messages")
        restoring.was(sent, waiting, content, token, watch, other, before, ended, running, portion, an_import)
        restoring.is_now(now)

        found = restoring.copied_back(monkeypatch)

    assert found == by_key([sent, content, now, ended, portion])


def test_a_request_that_was_answered_is_not_carried_out_again_after_a_restore(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = [row("T#ten_a#I#key", "I", answer_body="first"), row("T#ten_a#I#key ann", "I", answer_body="of ann")]
    with tables("messages"):
        restoring = Restoring("messages")
        restoring.was(*requests)

        assert restoring.copied_back(monkeypatch) == by_key(requests)


def test_what_was_told_comes_back_after_a_restore_and_nobody_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [
        row("T#ten_a#U#ann", "evt_1", status="sent"),
        row("T#ten_a#U#bob", "evt_1", status="unwanted"),
        row("T#ten_a#E", "evt_1", status="done"),
        row("T#ten_a#ONCE#key", "ONCE", event_id="evt_1"),
        row("T#ten_a#D#dig_1", "DIGEST", status="done"),
        row("T#ten_a#D#dig_1", "PLAN", name="x"),
    ]
    to_be_told = [
        row("T#ten_a#U#ann", "evt_2", status="pending"),
        row("T#ten_a#E", "evt_2", status="running"),
        row("T#ten_a#D#dig_2", "DIGEST", status="open"),
        row("T#ten_a#D#dig_2", "ITEM#evt_2", event_type="job_failed"),
        row("T#ten_a#THROTTLE#ann", "job_failed"),
    ]
    with tables("notifications"):
        restoring = Restoring("notifications")
        restoring.was(*told, *to_be_told)

        assert restoring.copied_back(monkeypatch) == by_key(told)


def test_a_message_in_doubt_comes_back_and_nobody_sends_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    in_doubt = row("T#ten_a#M#1", "msg_1", status="uncertain")
    with tables("messages"):
        restoring = Restoring("messages")
        restoring.was(in_doubt | {"due_shard": {"S": "wait#1"}, "due_at": {"N": "1"}})

        assert restoring.copied_back(monkeypatch) == [in_doubt]


def test_an_address_or_a_name_that_was_given_up_since_stays_free(monkeypatch: pytest.MonkeyPatch) -> None:
    ann_then, ann_now = (row("T#ten_a#USERS", "USER#ann", email=f"{each}@x.org") for each in ("old", "new"))
    pool_then, pool_now = (row("T#ten_a", "POOL#1", name=each) for each in ("Old", "New"))
    given_up = [
        row("T#ten_a#EMAIL#old@x.org", "EMAIL", user_id="ann"),
        row("T#ten_a", "POOL-NAME#old", pool_id="1"),
        row("T#ten_a", "TEMPLATE-NAME#hello##", template_id="gone"),
    ]
    still_theirs = [
        row("T#ten_a#USERS", "USER#bob", email="bob@x.org"),
        row("T#ten_a#EMAIL#bob@x.org", "EMAIL", user_id="bob"),
        row("T#ten_a", "TEMPLATE#1", name="hello", locale="de"),
        row("T#ten_a", "TEMPLATE-NAME#hello#de#", template_id="1", name="hello"),
        row("T#ten_a", "POOL#2", name="Kept"),
        row("T#ten_a", "POOL-NAME#kept", pool_id="2"),
    ]
    with tables("directory"):
        restoring = Restoring("directory")
        restoring.was(ann_then, pool_then, *given_up, *still_theirs)
        restoring.is_now(ann_now, pool_now, still_theirs[4])

        assert restoring.copied_back(monkeypatch) == by_key([ann_now, pool_now, *still_theirs])
