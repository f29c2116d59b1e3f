"""Many users are told of an event by processes that are killed while they work."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from postroom.bootstrap.notifications_table import build_events
from postroom.bootstrap.post_events import build_post_events
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.events.model import Event, JobFacts, NewEvent, Posting
from postroom.ids import Seed
from postroom.messages import keys
from postroom.priorities import Priority
from postroom.settings import Settings, read_settings
from postroom.users.model import User, UserRole
from postroom.users.store import UserRow, _row
from tests.builders import a_user
from tests.faults.bare_aws import BareAws

_LEASE_SECONDS = 3
_ROWS_AT_ONCE = 100
_PARALLEL = 4
_OPERATOR_EACH = 10
"""Of the users, every so many is an operator, who hears of nothing unasked."""

_LONGEST_SECONDS = 120
_SECRET = "test-sealing"


@dataclass(frozen=True, slots=True)
class ToldMany:
    """``mails``: how many users have so many. ``seconds`` and ``peak`` are those of the last process."""

    event: Event
    mails: Counter[int]
    kills: int
    seconds: float
    peak: int


def tell_many(aws: BareAws, count: int, *, tenant_id: str, kills: int = 0, workers: int = 1, seed: int = 0) -> ToldMany:
    """``workers``: so many at once, at last."""
    lease = {"LEASE_SECONDS": str(_LEASE_SECONDS)} if kills else {}
    settings = aws.settings(aws.queue(visibility_seconds=60), **lease)
    with aws.here(settings):
        read = read_settings(os.environ)
        _make_secret(aws)
        _make_users(read, tenant_id, count)
        event = _posted(read, tenant_id)
        random, done = Random(seed), 0
        while done < kills:
            done += _killed(settings, read, event, random.uniform(0, 0.5))
        processes = [_process(settings, event) for _ in range(workers)]
        told = [json.loads(process.communicate()[0].splitlines()[-1]) for process in processes]
        return ToldMany(
            event=_now(read, event),
            mails=Counter(Counter(_recipients(aws, tenant_id)).values()),
            kills=done,
            seconds=max(one["seconds"] for one in told),
            peak=max(one["peak"] for one in told),
        )


@dataclass(frozen=True, slots=True)
class PostedMany:
    """In one request of ``seconds``, and ``again`` so many that were taken in anew by the same request, repeated."""

    stored: int
    tickets: int
    again: int
    seconds: float


def post_many(aws: BareAws, count: int, *, tenant_id: str, **changes: str) -> PostedMany:
    queue = aws.queue(visibility_seconds=60)
    with aws.here(aws.settings(queue, **changes)):
        post = build_post_events(read_settings(os.environ))
        events = tuple(NewEvent("job_failed", JobFacts(str(n)), dedupe_key=str(n)) for n in range(count))
        began = time.monotonic()
        first = post(tenant_id, Posting(events, {}), Seed.fresh(system_clock()), Priority.HIGH)
        seconds = time.monotonic() - began
        again = post(tenant_id, Posting(events, {}), Seed.fresh(system_clock()), Priority.HIGH)
        stored = build_events(read_settings(os.environ)).get_many(tenant_id, [one.event.id for one in again])
        asked = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
        assert not any(one.deduplicated for one in first)
        return PostedMany(
            stored=len(stored),
            tickets=int(asked["Attributes"]["ApproximateNumberOfMessages"]),
            again=sum(not one.deduplicated for one in again),
            seconds=seconds,
        )


def who_hear(count: int) -> int:
    return count - len(range(0, count, _OPERATOR_EACH))


def _make_secret(aws: BareAws) -> None:
    secrets = aws.client("secretsmanager")
    if not any(one["Name"] == _SECRET for one in secrets.list_secrets()["SecretList"]):
        secrets.create_secret(Name=_SECRET, SecretString="a secret of tests, which is long enough")


def _make_users(settings: Settings, tenant_id: str, count: int) -> None:
    build_users(settings)
    with ThreadPoolExecutor(_PARALLEL) as threads:
        list(threads.map(lambda first: _make_some(tenant_id, first, count), range(0, count, _ROWS_AT_ONCE)))


def _make_some(tenant_id: str, first: int, count: int) -> None:
    with UserRow.batch_write() as batch:
        for number in range(first, min(first + _ROWS_AT_ONCE, count)):
            batch.save(_row(_user(tenant_id, number)))


def _user(tenant_id: str, number: int) -> User:
    user_id = f"user{number:06}"
    role = UserRole.ADMIN if number % _OPERATOR_EACH else UserRole.OPERATOR
    email, long_ago = f"{user_id}@example.com", datetime(2020, 1, 1, tzinfo=UTC)
    return a_user(tenant_id=tenant_id, id=user_id, email=email, name="Some User", role=role, created_at=long_ago)


def _posted(settings: Settings, tenant_id: str) -> Event:
    job = JobFacts("nightly", "copy", "Nightly copy", "failed", error="Disk full", logs_url="https://ci.example.com/1")
    wanted = Posting((NewEvent("job_failed", job),), {})
    [posted] = build_post_events(settings)(tenant_id, wanted, Seed.fresh(system_clock()), Priority.HIGH)
    return posted.event


def _now(settings: Settings, event: Event) -> Event:
    found = build_events(settings).get(event.tenant_id, event.id)
    assert found is not None
    return found


def _recipients(aws: BareAws, tenant_id: str) -> Iterator[str]:
    for partition in keys.message_partitions(tenant_id):
        for item in _items(aws, partition):
            yield from item["recipients"]["M"]


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


def _killed(settings: dict[str, str], read: Settings, event: Event, after: float) -> bool:
    """When a portion was counted: who dies three times over the same one is given up."""
    before = _now(read, event).users
    process = _process(settings, event)
    until = time.monotonic() + _LONGEST_SECONDS
    while _now(read, event).users == before and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(after)
    ended_by_itself = process.poll() is not None
    process.kill()
    process.communicate()
    assert not ended_by_itself, "the event is too short for so many kills"
    return True


def _process(settings: dict[str, str], event: Event) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults.fan_out_process", event.tenant_id, event.id]
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, env=settings | path, stdout=subprocess.PIPE, text=True)
