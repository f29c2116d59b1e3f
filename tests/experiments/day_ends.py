"""The end of an account's day is noticed by three runs at once, while mails wait for it."""

import os
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from postroom.accounts.store import DynamoAccounts
from postroom.accounts.windows import new_counter
from postroom.bootstrap import build_daily_reset
from postroom.clock import system_clock
from postroom.ids import new_id
from postroom.messages.model import Reason, Status
from postroom.messages.store import DynamoMessages
from postroom.settings import read_settings
from tests.builders import a_message, an_account
from tests.faults.bare_aws import BareAws

_USED = 20
TRIGGERS = 3


@dataclass(frozen=True, slots=True)
class Ended:
    """``history``: days and their sends; ``used`` of the new day; ``woken``: what came to the queue."""

    history: dict[str, int]
    yesterday: str
    used: int
    left_in_the_counter: int
    woken: list[str]


def end_a_day(aws: BareAws, waiting: int) -> Ended:
    queue = aws.queue(60)
    settings = aws.settings(queue)
    now = system_clock()
    tenant_id = new_id("ten", now)
    with aws.here(settings):
        end_days = build_daily_reset(read_settings(os.environ))
        accounts, messages = DynamoAccounts(timedelta(days=1)), DynamoMessages(timedelta(days=1))
        yesterday = now - timedelta(days=1)
        full = replace(new_counter(yesterday, "UTC"), day_used=_USED)
        account = accounts.add(
            an_account(
                tenant_id=tenant_id, id=new_id("acc", now), created_at=yesterday, counter=full, daily_limit=_USED
            )
        )
        for _ in range(waiting):
            message = a_message(
                tenant_id=tenant_id,
                id=new_id("msg", now),
                created_at=now,
                status=Status.DEFERRED,
                reason=Reason.QUOTA,
                next_attempt_at=now + timedelta(hours=9),
            )
            messages.add(message)
        _at_once(end_days)
        stored = accounts.get(tenant_id, account.id)
        assert stored is not None
        history = accounts.days(tenant_id, account.id, "2000-01-01")
        counter = stored.counter
        used = counter.day_used if counter.day != full.day else _USED
        return Ended(history, full.day, used, len(counter.finished), _received(aws.client("sqs"), queue))


def _at_once(end_days: Any) -> None:  # noqa: ANN401 - the use case, whatever it gives back
    start = threading.Barrier(TRIGGERS)

    def run() -> None:
        start.wait()
        end_days()

    threads = [threading.Thread(target=run) for _ in range(TRIGGERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _received(sqs: Any, queue: str) -> list[str]:  # noqa: ANN401 - a boto3 client
    bodies: list[str] = []
    while batch := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        bodies += [one["Body"] for one in batch]
    return bodies
