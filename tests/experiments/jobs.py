"""Many users are notified by processes that are killed while they work."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from random import Random
from typing import Any

from postroom.bootstrap.accept import build_accept
from postroom.bootstrap.jobs import build_jobs, build_portions, build_start_job
from postroom.bootstrap.messages import build_messages
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.ids import Seed
from postroom.jobs.manage import FindJobs
from postroom.jobs.model import Job
from postroom.jobs.progress import ShowProgress
from postroom.messages import keys
from postroom.messages.find import FindMessages
from postroom.messages.model import OnUncertain, Priority
from postroom.notifications.model import BUILT_IN, Notification
from postroom.notifications.notify import Notify
from postroom.settings import Settings, read_settings
from postroom.users.model import User
from postroom.users.store import UserRow, _row
from tests.builders import a_user
from tests.fakes.sizes import UNIT, item_size
from tests.faults.bare_aws import BareAws

_LEASE_SECONDS = 3
_STRANGER_EACH = 100
"""Of the ids, every so many is one that nobody has."""

_MESSAGE = "On Sunday, 22 November, from 02:00 to 04:00 UTC we move to new machines.\n\nNothing is lost. " * 5
_ROWS_AT_ONCE = 100
_PARALLEL = 4
_FEW = 10_000
_LONGEST_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Notified:
    """``found``: messages whose rows are there, portion by portion; ``stored``: all that the tenant has, of few.

    The last process took ``seconds``, and a first count of all messages ``counting``. ``units``: of writes for a
    user, of few.
    """

    job: Job
    found: int
    stored: int
    kills: int
    seconds: float
    peak: int
    counting: float
    units: float


def notify_many(
    aws: BareAws, count: int, *, tenant_id: str, types: int = 0, kills: int = 0, workers: int = 1, seed: int = 0
) -> Notified:
    """``types``: users of so many types, or by their ids when there are none. ``workers``: so many at once, at last."""
    lease = {"LEASE_SECONDS": str(_LEASE_SECONDS)} if kills else {}
    settings = aws.settings(aws.queue(visibility_seconds=60), **lease)
    with aws.here(settings):
        read = read_settings(os.environ)
        _make_users(read, tenant_id, count, types)
        job = _started(read, tenant_id, count, types)
        random, done = Random(seed), 0
        while done < kills:
            done += _killed(settings, read, job, random.uniform(0, 0.5))
        processes = [_process(settings, tenant_id, job.id) for _ in range(workers)]
        told = [json.loads(process.communicate()[0].splitlines()[-1]) for process in processes]
        began = time.monotonic()
        found = _counted(read, job)
        few = count <= _FEW
        return Notified(
            job=_now(read, job),
            found=found,
            stored=sum(1 for _ in _message_items(aws, tenant_id)) if few else found,
            kills=done,
            seconds=max(one["seconds"] for one in told),
            peak=max(one["peak"] for one in told),
            counting=time.monotonic() - began,
            units=_units(aws, tenant_id, job.id) / count if few else 0.0,
        )


def strangers(count: int) -> int:
    return len(range(_STRANGER_EACH, count, _STRANGER_EACH))


def _make_users(settings: Settings, tenant_id: str, count: int, types: int) -> None:
    build_users(settings)
    with ThreadPoolExecutor(_PARALLEL) as threads:
        list(threads.map(lambda first: _make_some(tenant_id, first, count, types), range(0, count, _ROWS_AT_ONCE)))


def _make_some(tenant_id: str, first: int, count: int, types: int) -> None:
    with UserRow.batch_write() as batch:
        for number in range(first, min(first + _ROWS_AT_ONCE, count)):
            batch.save(_row(_user(tenant_id, number, types)))


def _user(tenant_id: str, number: int, types: int) -> User:
    user_id = f"user{number:06}"
    kind = f"type{number % types}" if types else None
    return a_user(tenant_id=tenant_id, id=user_id, email=f"{user_id}@example.com", name="Some User", user_type=kind)


def _started(settings: Settings, tenant_id: str, count: int, types: int) -> Job:
    accept = build_accept(settings)
    notify = Notify(accept.look_up, accept.lifetimes, build_start_job(settings))
    wanted = Notification("Maintenance", _MESSAGE, "update", BUILT_IN, {}, Priority.LOW, OnUncertain.HOLD)
    seed = Seed.fresh(system_clock())
    if types:
        return notify.user_types(tenant_id, wanted, [f"type{number}" for number in range(types)], seed)
    ids = [f"stranger{n}" if n and n % _STRANGER_EACH == 0 else f"user{n:06}" for n in range(count)]
    return notify.users(tenant_id, wanted, ids, seed)


def _now(settings: Settings, job: Job) -> Job:
    found = build_jobs(settings).get(job.tenant_id, job.id)
    assert found is not None
    return found


def _counted(settings: Settings, job: Job) -> int:
    """Asked for as whoever follows a job does, until all of its portions were counted."""
    portions, messages = build_portions(settings), FindMessages(build_messages(settings))
    show = ShowProgress(FindJobs(build_jobs(settings)), portions, messages, system_clock)
    portions_of_all = _now(settings, job).portions
    while len(tallies := portions.tallies(job.tenant_id, job.id).by_portion) < portions_of_all:
        show(job.tenant_id, job.id)
    return sum(sum(tally.counts.values()) for tally in tallies.values())


def _message_items(aws: BareAws, tenant_id: str) -> Iterator[dict[str, Any]]:
    for partition in keys.message_partitions(tenant_id):
        yield from _items(aws, partition)


def _items(aws: BareAws, partition: str) -> Iterator[dict[str, Any]]:
    pages = (
        aws.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName="messages",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
        )
    )
    for page in pages:
        yield from page["Items"]


def _units(aws: BareAws, tenant_id: str, job_id: str) -> float:
    """Of writes, by the sizes of what was written: portions twice, the job once for each portion, pointers one each."""
    messages = list(_message_items(aws, tenant_id))
    bundles = {item["bundle"]["S"] for item in messages if "bundle" in item}
    contents = [item for bundle in bundles for item in _items(aws, keys.content_key(tenant_id, bundle)[0])]
    watches = list(_items(aws, keys.watch_key(tenant_id, "")[0]))
    portions = list(_items(aws, keys.portion_key(tenant_id, job_id, 0)[0]))
    jobs = list(_items(aws, keys.job_key(tenant_id, "")[0])) * len(portions)
    once = [*messages, *contents, *watches, *watches, *portions, *portions, *jobs]
    return len(messages) + sum(ceil(item_size(item) / UNIT) for item in once)


def _killed(settings: dict[str, str], read: Settings, job: Job, after: float) -> bool:
    """When a portion was counted: who dies three times over the same one is given up."""
    before = _now(read, job).portions
    process = _process(settings, job.tenant_id, job.id)
    until = time.monotonic() + _LONGEST_SECONDS
    while _now(read, job).portions == before and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(after)
    ended_by_itself = process.poll() is not None
    process.kill()
    process.communicate()
    assert not ended_by_itself, "the job is too short for so many kills"
    return True


def _process(settings: dict[str, str], tenant_id: str, job_id: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults.fan_out_process", tenant_id, job_id]
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, env=settings | path, stdout=subprocess.PIPE, text=True)
