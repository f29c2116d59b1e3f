"""``python -m tests.faults.fan_out_process TENANT JOB``: works on a job, until nobody has to."""

import os
import sys

from functions.fan_out import app
from postroom.bootstrap.jobs import build_jobs
from postroom.jobs.model import WORKED_ON
from postroom.leases.model import Ticket
from postroom.leases.queue import JOBS
from postroom.settings import read_settings
from tests.faults.worker_process import work


def main(tenant_id: str, job_id: str) -> None:
    jobs = build_jobs(read_settings(os.environ))

    def is_open() -> bool:
        found = jobs.get(tenant_id, job_id)
        return found is not None and found.status in WORKED_ON

    work(app, JOBS.write(Ticket(tenant_id, job_id)), is_open)


if __name__ == "__main__":
    main(*sys.argv[1:])
