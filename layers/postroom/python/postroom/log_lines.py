"""What a function logs: a line of JSON for each record, with the invocation that it belongs to.

The runtime's own lines will not do: it puts a value of its own in the place of a record's ``tenant_id``.
https://github.com/aws/aws-lambda-python-runtime-interface-client
"""

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from postroom import faults

_ROOT = "postroom"
_OF_THE_RUNTIME = "AWS_LAMBDA_RUNTIME_API"
_encode = json.JSONEncoder(separators=(",", ":"), default=str).encode
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Lines(logging.Handler):
    """Writes to the standard output, line by line: of a function that is killed all is there until then.

    ``request_id`` is called as Lambda calls it in its own lines, so that one query finds both.
    """

    def __init__(self) -> None:
        super().__init__()
        self.request_id = ""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stdout.write(self.format(record) + "\n")
        sys.stdout.flush()

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "message": record.getMessage(),
            "requestId": self.request_id,
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in _USUAL and value is not None}
        if record.exc_info and record.exc_info[1]:
            line |= faults.described(record.exc_info[1])
        return _encode(line)


def write_lines(environ: Mapping[str, str]) -> Lines:
    """From now on what the package logs goes out this way, and on AWS no other way."""
    package = logging.getLogger(_ROOT)
    for handler in package.handlers:
        if isinstance(handler, Lines):
            return handler
    lines = Lines()
    package.addHandler(lines)
    package.setLevel(environ.get("POWERTOOLS_LOG_LEVEL") or logging.INFO)
    package.propagate = _OF_THE_RUNTIME not in environ
    return lines
