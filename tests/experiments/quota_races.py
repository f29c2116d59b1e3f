"""Many want the last units of one account's quota at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from postroom.accounts.limits import PLAIN
from postroom.accounts.model import Account
from postroom.accounts.reserve import Granted, Reserve
from postroom.accounts.store import DynamoAccounts
from postroom.change import Add, AtMost, Change
from postroom.clock import system_clock
from postroom.conditional import Applied
from postroom.errors import Unavailable
from postroom.ids import new_id
from tests.builders import an_account

Racer = Callable[[DynamoAccounts, Account], int]
"""Tries to get one send of the account; how many it believes to have got."""


@dataclass(frozen=True, slots=True)
class Race:
    limit: int
    racers: int
    rounds: int


@dataclass(frozen=True, slots=True)
class Round:
    """What the racers together believe to have got, and what the account says that was taken."""

    granted: int
    used: int


def run(race: Race, racer: Racer) -> list[Round]:
    store = DynamoAccounts(timedelta(days=1))
    with ThreadPoolExecutor(race.racers) as pool:
        return [_round(race, racer, store, pool) for _ in range(race.rounds)]


def _round(race: Race, racer: Racer, store: DynamoAccounts, pool: ThreadPoolExecutor) -> Round:
    account = store.add(_fresh_account(race.limit))
    start = threading.Barrier(race.racers)

    def go() -> int:
        start.wait()
        return racer(store, account)

    granted = sum(future.result() for future in [pool.submit(go) for _ in range(race.racers)])
    stored = store.get(account.tenant_id, account.id)
    assert stored is not None
    return Round(granted, stored.counter.day_used)


def reserving(store: DynamoAccounts, account: Account) -> int:
    """As a sender does it; asked again while DynamoDB gives no answer, as the queue would."""
    reserve = Reserve(store, system_clock)
    while True:
        try:
            answer = reserve(account, [PLAIN], timedelta(0))
        except Unavailable:
            continue
        if isinstance(answer, Granted):
            return answer.count
        if _is_full(store, account):
            return 0


def _is_full(store: DynamoAccounts, account: Account) -> bool:
    """Otherwise others were faster each time, and there is some left."""
    stored = store.get(account.tenant_id, account.id)
    return stored is None or stored.counter.day_used >= account.config.daily_limit


def reading_then_writing(store: DynamoAccounts, account: Account) -> int:
    """Looks whether there is room, and takes it."""
    seen = store.get(account.tenant_id, account.id)
    assert seen is not None
    if seen.counter.day_used >= account.config.daily_limit:
        return 0
    store.change(account.tenant_id, account.id, Change((Add(("day_used",), 1),)))
    return 1


def adding(store: DynamoAccounts, account: Account) -> int:
    """One conditional write, which is exact, but without a name by which its repetition would be known."""
    room = AtMost(("day_used",), account.config.daily_limit - 1)
    outcome = store.change(account.tenant_id, account.id, Change((Add(("day_used",), 1),), (room,)))
    return int(isinstance(outcome, Applied))


def _fresh_account(limit: int) -> Account:
    now = system_clock()
    # A tenant of its own: what one round leaves behind is not read by the next.
    tenant_id = new_id("ten", now)
    return an_account(tenant_id=tenant_id, id=new_id("acc", now), created_at=now, daily_limit=limit, min_wait_time=0)
