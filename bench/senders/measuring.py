"""A sender in Python does its job, and its time is taken."""

import resource
import sys
import time
from collections.abc import Callable

from bench.senders.job import Done, Job, Run, from_argument, to_line


def job_of_this_process() -> Job:
    return from_argument(sys.argv[1])


def measure(job: Job, send: Callable[[range], None], version: str) -> None:
    """``send`` sends the mails of these numbers, and comes back when the server has taken them all."""
    send(range(job.warm_up))
    runs: list[Run] = []
    while len(runs) < job.repetitions or sum(run.seconds for run in runs) < job.seconds:
        runs.append(_run(send, job.warm_up + len(runs) * job.count, job.count))
    print(to_line(Done(version, tuple(runs))))


def _run(send: Callable[[range], None], first: int, count: int) -> Run:
    seconds, cpu = time.perf_counter(), _cpu_seconds()
    send(range(first, first + count))
    return Run(count, time.perf_counter() - seconds, _cpu_seconds() - cpu)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
