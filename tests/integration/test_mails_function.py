"""The worker of the mails that every application sends, as Lambda calls it, with DynamoDB in moto."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.mails import app
from local.place import ROOT
from tests.fakes.tables import tables, template
from tests.integration.test_keys_over_http import SETTINGS

SAMPLE = json.loads((ROOT / "events/mails.json").read_text())


@dataclass
class Log:
    """What the function has said since the test began."""

    capsys: pytest.CaptureFixture[str]
    text: str = ""

    def getvalue(self) -> str:
        self.text += self.capsys.readouterr().out
        return self.text


@pytest.fixture(autouse=True)
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:
    with tables("accounts", "messages", "directory"), patch.dict("os.environ", SETTINGS):
        app._make_mail.cache_clear()
        yield Log(capsys)
        app._make_mail.cache_clear()


class Context(LambdaContext):
    """With so many seconds left each time that it is asked, and then with all of them."""

    def __init__(self, *seconds_left: float) -> None:
        self._seconds_left = iter(seconds_left)

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]
        return round(next(self._seconds_left, 30) * 1000)


def handled(*bodies: str, context: Context | None = None) -> list[str]:
    """The numbers of those that were given back."""
    records = [{**SAMPLE["Records"][0], "messageId": str(number), "body": body} for number, body in enumerate(bodies)]
    answer: dict[str, Any] = app.handler({"Records": records}, context or Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_the_sample_event_is_handled(log: Log) -> None:
    assert app.handler(SAMPLE, Context()) == {"batchItemFailures": []}

    line, metrics = map(json.loads, log.getvalue().splitlines())
    assert metrics["WorkedOn"] == 1
    assert (line["message"], line["outcome"], line["kind"]) == ("A request was handled", "nobody", "password_reset")


def test_one_that_cannot_be_read_is_given_back_and_holds_up_no_other(log: Log) -> None:
    good = SAMPLE["Records"][0]["body"]

    assert handled(good, "{broken", good) == ["1"]
    assert log.getvalue().count("A request was handled") == 2
    assert "broken" not in log.getvalue()


def test_no_line_of_the_log_has_an_address(log: Log) -> None:
    good = SAMPLE["Records"][0]["body"]
    strange = json.dumps(json.loads(good) | {"kind": "ann@example.com"})

    handled(good, strange)

    assert "ann@" not in log.getvalue()


def test_what_cannot_be_made_now_is_given_back(log: Log) -> None:
    with patch.dict("os.environ", {**SETTINGS, "DIRECTORY_TABLE": "gone"}):
        assert handled(SAMPLE["Records"][0]["body"]) == ["0"]

    assert "Unavailable" in log.getvalue()
    assert "ann@" not in log.getvalue()


def test_none_is_begun_that_could_not_outlive_a_service_that_hangs(log: Log) -> None:
    good = SAMPLE["Records"][0]["body"]
    timeout = template()["Resources"]["MailsFunction"]["Properties"]["Timeout"]

    given_back = handled(*[good] * 4, context=Context(timeout, 13, 10, 1))

    assert given_back == ["2", "3"]
    assert log.getvalue().count("A request was handled") == 2
    assert log.getvalue().count("for want of time") == 2
