"""The end of an account's day is noticed by three runs at once, while mails wait for it."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from postroom.accounts.days import local_day
from postroom.accounts.model import Account
from postroom.accounts.store import DynamoAccounts
from postroom.accounts.windows import new_counter
from postroom.bootstrap.daily_reset import build_daily_reset
from postroom.change import Change, Set
from postroom.clock import system_clock
from postroom.ids import new_id
from postroom.messages.model import Message, Reason, Status
from postroom.messages.ports import Filter
from postroom.messages.store import DynamoMessages
from postroom.paging import PageRequest
from postroom.settings import read_settings
from tests.builders import a_message, an_account
from tests.experiments.queues import put_tickets
from tests.experiments.quota_races import reserving
from tests.faults.bare_aws import BareAws

_USED = 20
TRIGGERS = 3
_APART = 0.01
"""Seconds, about as long as a reservation takes."""
_SENDERS, _EACH = 4, 3
SENDS = _SENDERS * _EACH

EndDays = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Ended:
    """``history``: days and their sends. ``woken``: what came to the queue.

    ``granted``: sends of the new day, from while the day before was being ended; ``used`` is what the account says.
    """

    history: dict[str, int]
    yesterday: str
    granted: int
    used: int
    left_in_the_counter: int
    woken: list[str]

    @property
    def forgotten(self) -> int:
        """Sends that happened and are not counted: by so many the limit can be passed."""
        return self.granted - self.used

    @property
    def woken_again(self) -> int:
        return len(self.woken) - len(set(self.woken))


def end_a_day(aws: BareAws, waiting: int, *, naive: bool = False) -> Ended:
    queue = aws.queue(60)
    settings = aws.settings(queue)
    with aws.here(settings):
        end_days: EndDays = build_daily_reset(read_settings(os.environ))
        accounts, messages = DynamoAccounts(timedelta(days=1)), DynamoMessages(timedelta(days=1))
        account = _account_of_yesterday(accounts)
        for _ in range(waiting):
            messages.add(_waiting_for_quota(account.tenant_id))
        sqs = aws.client("sqs")
        if naive:
            end_days = _naive_end(
                accounts, messages, account, lambda ids: put_tickets(sqs, queue, account.tenant_id, ids)
            )
        granted = _at_once(end_days, lambda: sum(reserving(accounts, account) for _ in range(_EACH)))
        stored = accounts.get(account.tenant_id, account.id)
        assert stored is not None
        history = accounts.days(account.tenant_id, account.id, "2000-01-01")
        counter = stored.counter
        used = {day: count.used for day, count in history.items()}
        return Ended(used, account.counter.day, granted, counter.day_used, len(counter.finished), _received(sqs, queue))


def _account_of_yesterday(accounts: DynamoAccounts) -> Account:
    """Its limit was reached."""
    now = system_clock()
    yesterday = now - timedelta(days=1)
    full = replace(new_counter(yesterday, "UTC"), day_used=_USED)
    ids = {"tenant_id": new_id("ten", now), "id": new_id("acc", now)}
    return accounts.add(an_account(**ids, created_at=yesterday, counter=full, daily_limit=_USED, min_wait_time=0))


def _waiting_for_quota(tenant_id: str) -> Message:
    now = system_clock()
    return a_message(
        tenant_id=tenant_id,
        id=new_id("msg", now),
        created_at=now,
        status=Status.DEFERRED,
        reason=Reason.QUOTA,
        next_attempt_at=now + timedelta(hours=9),
    )


def _naive_end(
    accounts: DynamoAccounts, messages: DynamoMessages, account: Account, wake: Callable[[list[str]], None]
) -> EndDays:
    """What is due at midnight, done whenever it is called: a counter of zero, and everything woken that waits."""
    tenant_id, id_ = account.tenant_id, account.id

    def end() -> None:
        today = local_day(system_clock(), "UTC")
        accounts.change(tenant_id, id_, Change((Set(("day",), today), Set(("day_used",), 0))))
        deferred = messages.page(tenant_id, Filter(status=Status.DEFERRED), PageRequest(100))
        wake([message.id for message in deferred.items])

    return end


def _at_once(end_days: EndDays, send: Callable[[], int]) -> int:
    """What the senders are granted, who begin with the first trigger; the others come while they send."""
    start = threading.Barrier(TRIGGERS + _SENDERS)

    def ending(late: float) -> None:
        start.wait()
        time.sleep(late)
        end_days()

    def sending() -> int:
        start.wait()
        return send()

    with ThreadPoolExecutor(TRIGGERS + _SENDERS) as pool:
        triggers = [pool.submit(ending, number * _APART) for number in range(TRIGGERS)]
        senders = [pool.submit(sending) for _ in range(_SENDERS)]
        for trigger in triggers:
            trigger.result()
        return sum(sender.result() for sender in senders)


def _received(sqs: Any, queue: str) -> list[str]:  # noqa: ANN401 - a boto3 client
    bodies: list[str] = []
    while batch := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        bodies += [one["Body"] for one in batch]
    return bodies
