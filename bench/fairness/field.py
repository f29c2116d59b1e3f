"""Accounts that several senders choose from, each with a view of its own, by the product's strategies."""

from collections import Counter
from dataclasses import replace
from random import Random
from typing import NamedTuple

from postroom.accounts.limits import PLAIN
from postroom.clock import system_clock
from postroom.delivery.room import Room
from postroom.delivery.strategies import BLOCK, PICKS, Choice, kept_by
from postroom.pools.model import Strategy
from tests.builders import an_account

_ENOUGH = 10**9


class _Mark(NamedTuple):
    """What stands in an account's row."""

    turn: int
    last_ms: int


def off_shares(strategy: Strategy, accounts: int, senders: int, choices: int, seed: int) -> float:
    """Percent, of the account that is furthest off an equal share of the blocks.

    In each round every sender sees the accounts as they were at its beginning and gives one block; they write one after
    the other.
    """
    random, total = Random(seed), Counter[int]()  # noqa: S311 - the same choices in every run
    rooms, marks = _rooms(accounts), [_Mark(0, 0)] * accounts
    places = {room.account.id: place for place, room in enumerate(rooms)}
    moment = 0
    for _ in range(choices // senders):
        for place, turn in [_chosen(strategy, rooms, marks, random, places) for _ in range(senders)]:
            moment += 1
            marks[place] = _Mark(max(marks[place].turn, turn) + BLOCK, moment)
            total[place] += 1
    return worst(total, accounts)


def off_shares_at_random(accounts: int, choices: int, seed: int) -> float:
    """The same for plain random: no weights, no memory."""
    random = Random(seed)  # noqa: S311 - the same choices in every run
    return worst(Counter(random.randrange(accounts) for _ in range(choices)), accounts)


def off_kept_shares(accounts: int, recipients: int, seed: int) -> float:
    """Of recipients kept by accounts with equal limits."""
    found = [room.account for room in _rooms(accounts)]
    total = Counter(kept_by([f"user{number}.{seed}@example.com"], found).id for number in range(recipients))
    return worst(total, accounts)


def worst(total: Counter[int] | Counter[str], accounts: int) -> float:
    share = sum(total.values()) / accounts
    least = min(total.values()) if len(total) == accounts else 0
    return 100 * max(max(total.values()) / share - 1, 1 - least / share)


def _rooms(accounts: int) -> list[Room]:
    now = system_clock()
    one = an_account(created_at=now, daily_limit=_ENOUGH, min_wait_time=0)
    return [Room.of(replace(one, id=f"acc_{number}"), now) for number in range(accounts)]


def _chosen(
    strategy: Strategy, rooms: list[Room], marks: list[_Mark], random: Random, places: dict[str, int]
) -> tuple[int, int]:
    for room, mark in zip(rooms, marks, strict=True):
        room.turn, room.last_ms = mark
    room = PICKS[strategy](Choice(rooms, PLAIN, BLOCK), random)
    return places[room.account.id], room.turn
