"""``python -m tests.faults.fan_out_process TENANT JOB``: a worker of jobs as a process of its own, which may be killed.

Runs the handler of the deployed function on the job's ticket until nobody has to work on it. Then it says, as JSON, how
long that took and the most memory it had. ``JOB_LEASE_SECONDS`` in its environment makes its lease shorter, so that
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

from functions.fan_out import app
from postroom.bootstrap.jobs import build_jobs
from postroom.jobs.model import WORKED_ON
from postroom.leases import life
from postroom.leases.model import Ticket
from postroom.leases.queue import JOBS
from postroom.settings import read_settings

_LAMBDA_SECONDS = 900


class _Context(LambdaContext):
    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return _LAMBDA_SECONDS * 1000


def main(tenant_id: str, job_id: str) -> None:
    began = time.monotonic()
    jobs = build_jobs(read_settings(os.environ))
    record = {"messageId": "1", "body": JOBS.write(Ticket(tenant_id, job_id))}
    while (found := jobs.get(tenant_id, job_id)) and found.status in WORKED_ON:
        app.handler({"Records": [record]}, _Context())
        time.sleep(0.1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": time.monotonic() - began, "peak": peak}))  # noqa: T201 - the answer


if __name__ == "__main__":
    with patch.object(life, "LEASE", timedelta(seconds=float(os.environ.get("JOB_LEASE_SECONDS", "120")))):
        main(*sys.argv[1:])
