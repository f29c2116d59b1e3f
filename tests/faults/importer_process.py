"""``python -m tests.faults.importer_process TENANT IMPORT``: an importer as a process of its own, which may be killed.

Runs the handler of the deployed function on the import's ticket until the import has ended. Then it says, as JSON, how
long that took and the most memory it had. ``IMPORT_LEASE_SECONDS`` in its environment makes its lease shorter, so that
nobody need wait long for what a dead one held.
"""

import json
import os
import resource
import sys
import time
from datetime import timedelta
from unittest.mock import patch

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.importer import app
from postroom.bootstrap.users import build_imports
from postroom.leases import life
from postroom.leases.model import Ticket
from postroom.leases.queue import IMPORTS
from postroom.settings import read_settings
from postroom.users.imports.model import ImportStatus

_LAMBDA_SECONDS = 900


class _Context(LambdaContext):
    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return _LAMBDA_SECONDS * 1000


def main(tenant_id: str, import_id: str) -> None:
    began = time.monotonic()
    imports = build_imports(read_settings(os.environ))
    record = {"messageId": "1", "body": IMPORTS.write(Ticket(tenant_id, import_id))}
    while (found := imports.get(tenant_id, import_id)) and found.status is ImportStatus.RUNNING:
        app.handler({"Records": [record]}, _Context())
        time.sleep(0.1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": time.monotonic() - began, "peak": peak}))  # noqa: T201 - the answer


if __name__ == "__main__":
    with patch.object(life, "LEASE", timedelta(seconds=float(os.environ.get("IMPORT_LEASE_SECONDS", "120")))):
        main(*sys.argv[1:])
