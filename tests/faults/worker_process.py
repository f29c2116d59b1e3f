"""A worker that holds leases as a process of its own, which may be killed.

Runs the handler of its deployed function on a ticket until there is nothing left to do. Then it says, as JSON, how long
that took and the most memory it had. ``LEASE_SECONDS`` in its environment makes its lease shorter, so that nobody need
wait long for what a dead one held.
"""

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from aws_lambda_powertools.utilities.typing import LambdaContext

from postroom.leases import life

_LAMBDA_SECONDS = 900


class _Context(LambdaContext):
    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return _LAMBDA_SECONDS * 1000


def work(app: ModuleType, body: str, is_open: Callable[[], bool]) -> None:
    began = time.monotonic()
    with patch.object(life, "LEASE", timedelta(seconds=float(os.environ.get("LEASE_SECONDS", "120")))):
        while is_open():
            app.handler({"Records": [{"messageId": "1", "body": body}]}, _Context())
            time.sleep(0.1)
    print(json.dumps({"seconds": time.monotonic() - began, "peak": _peak()}))  # noqa: T201 - the answer


def _peak() -> int:
    """Of this program: what ``getrusage`` tells is at least the memory of whoever started it."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024
