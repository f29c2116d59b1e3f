"""``python -m tests.faults.fan_out_process TENANT WORK``: works on a job or an event, until nobody has to."""

import os
import sys
from collections.abc import Callable

from functions.fan_out import app
from postroom.bootstrap.jobs import build_jobs
from postroom.bootstrap.notifications_table import build_events
from postroom.events.model import PREFIX as EVENT
from postroom.events.model import WORKED_ON as EVENTS_WORKED_ON
from postroom.jobs.model import WORKED_ON as JOBS_WORKED_ON
from postroom.leases.model import Ticket
from postroom.leases.queue import EVENTS, JOBS
from postroom.settings import read_settings
from tests.faults.worker_process import work


def main(tenant_id: str, work_id: str) -> None:
    payloads, is_open = (EVENTS, _event) if work_id.startswith(EVENT) else (JOBS, _job)
    work(app, payloads.write(Ticket(tenant_id, work_id)), is_open(tenant_id, work_id))


def _job(tenant_id: str, job_id: str) -> Callable[[], bool]:
    jobs = build_jobs(read_settings(os.environ))

    def is_open() -> bool:
        found = jobs.get(tenant_id, job_id)
        return found is not None and found.status in JOBS_WORKED_ON

    return is_open


def _event(tenant_id: str, event_id: str) -> Callable[[], bool]:
    events = build_events(read_settings(os.environ))

    def is_open() -> bool:
        found = events.get(tenant_id, event_id)
        return found is not None and found.status in EVENTS_WORKED_ON

    return is_open


if __name__ == "__main__":
    main(*sys.argv[1:])
