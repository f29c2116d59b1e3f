"""A sender in Python does its job, and its time is taken."""

import resource
import sys
import time
from collections.abc import Callable

from bench.senders.job import Done, Job, Run, from_argument, to_line


def job_of_this_process() -> Job:
    return from_argument(sys.argv[-1])


def measure(job: Job, send: Callable[[range], None], version: str) -> None:
    """``send`` sends the mails of these numbers, and comes back when the server has taken them all."""
    send(range(job.warm_up))
    runs: list[Run] = []
    while len(runs) < job.repetitions or sum(run.seconds for run in runs) < job.seconds:
        runs.append(_run(send, job.warm_up + len(runs) * job.count, job.count))
    print(to_line(Done(version, tuple(runs))))


def _run(send: Callable[[range], None], first: int, count: int) -> Run:
    seconds, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    send(range(first, first + count))
    seconds, after = time.perf_counter() - seconds, resource.getrusage(resource.RUSAGE_SELF)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return Run(count, seconds, user + system, system)
