import json
import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from local.place import ROOT
from postroom.bootstrap.observing import observed
from postroom.errors import PostroomError
from postroom.log_lines import Lines, write_lines

HANDLERS = sorted((ROOT / "functions").glob("*/app.py"))


@pytest.fixture(autouse=True)
def package() -> Iterator[logging.Logger]:
    """As it was, in the end: other tests look at what is logged."""
    logger = logging.getLogger("postroom")
    before = logger.handlers[:], logger.level, logger.propagate
    logger.handlers = []
    yield logger
    logger.handlers, logger.level, logger.propagate = before


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_has_its_invocation_and_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    lines = write_lines({})
    lines.request_id = "8476a536"

    logging.getLogger("postroom.messages").info("A message was sent", extra={"tenant_id": "ten_a", "class": None})

    [line] = said(capsys)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {"level": "INFO", "message": "A message was sent", "requestId": "8476a536", "tenant_id": "ten_a"}


def test_a_fault_is_told_by_its_kinds_and_its_place_and_never_by_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    write_lines({})

    try:
        int("ann@example.com")
    except ValueError:
        logging.getLogger("postroom.x").exception("Something went wrong")

    [line] = said(capsys)
    assert line["fault"] == ["ValueError"]
    assert "ann@" not in str(line)


def test_the_level_is_the_one_that_was_set(capsys: pytest.CaptureFixture[str]) -> None:
    write_lines({"POWERTOOLS_LOG_LEVEL": "WARN"})

    logging.getLogger("postroom.x").info("Nobody asked")
    logging.getLogger("postroom.x").warning("Somebody should know")

    assert [line["message"] for line in said(capsys)] == ["Somebody should know"]


def test_on_aws_a_line_goes_out_once_and_not_by_the_runtime_too(package: logging.Logger) -> None:
    write_lines({"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"})

    assert not package.propagate


def test_it_is_set_up_once_however_many_handlers_there_are(package: logging.Logger) -> None:
    assert write_lines({}) is write_lines({})
    assert len(package.handlers) == 1


def test_a_line_is_written_where_the_output_goes_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sink:
        text = ""

        def write(self, text: str) -> None:
            self.text += text

        def flush(self) -> None: ...

    write_lines({})
    sink = Sink()
    monkeypatch.setattr(sys, "stdout", sink)

    logging.getLogger("postroom.x").info("Here")

    assert json.loads(sink.text)["message"] == "Here"


@pytest.mark.parametrize("path", HANDLERS, ids=lambda path: path.parent.name)
def test_every_function_is_observed_and_logs_as_the_package_does(path: Path) -> None:
    source = path.read_text()

    assert "@observed(os.environ)\ndef handler(" in source
    assert "Logger(" not in source.replace("getLogger(", "")


def test_what_leaves_a_handler_says_nothing_of_what_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    @observed({})
    def handler(_event: dict[str, Any], _context: LambdaContext) -> None:
        int("ann@example.com")

    with pytest.raises(PostroomError) as raised:
        handler({}, LambdaContext())

    [line] = said(capsys)
    assert (line["level"], line["message"], line["fault"]) == ("ERROR", "An invocation failed", ["ValueError"])
    assert "ann@" not in "".join(traceback.format_exception(raised.value)) + str(line)


def test_a_handler_of_lines_says_nothing_of_where_it_was_called() -> None:
    record = logging.makeLogRecord({"msg": "x", "levelname": "INFO", "pathname": "/var/task/secret.py"})

    assert "/var/task" not in Lines().format(record)
