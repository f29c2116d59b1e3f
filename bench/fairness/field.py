"""Accounts that several senders choose from, each with a view of its own, by the product's strategies."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import NamedTuple, TypeVar

from postroom.accounts.limits import PLAIN
from postroom.clock import system_clock
from postroom.delivery.room import Room
from postroom.delivery.strategies import BLOCK, PICKS, Choice, kept_by
from postroom.pools.model import Strategy
from tests.builders import an_account

K = TypeVar("K", bound=Hashable)

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
    rooms, marks = _rooms([_ENOUGH] * accounts), [_Mark(0, 0)] * accounts
    places = {room.account.id: place for place, room in enumerate(rooms)}
    moment = 0
    for _ in range(choices // senders):
        for place, turn in [_chosen(strategy, rooms, marks, random, places) for _ in range(senders)]:
            moment += 1
            marks[place] = _Mark(max(marks[place].turn, turn) + BLOCK, moment)
            total[place] += 1
    return worst(total, dict.fromkeys(range(accounts), 1))


def off_limits(accounts: int, senders: int, choices: int, seed: int) -> float:
    """The same for ``random``, whose shares follow the limits: the largest is four times the smallest.

    At the end four fifths of all limits are used. Each round is as above: what the others take is seen in the next one.
    """
    random, total = Random(seed), Counter[str]()  # noqa: S311 - the same choices in every run
    limits = _unequal(accounts, mails=choices * BLOCK * 5 // 4)
    rooms = _rooms(limits)
    for _ in range(choices // senders):
        free = [room for room in rooms if room.holds(PLAIN)]
        for room in [PICKS[Strategy.RANDOM](Choice(free, PLAIN, BLOCK), random) for _ in range(senders)]:
            total[room.account.id] += 1
            for _ in range(BLOCK):
                room.take(PLAIN)
    return worst(total, {room.account.id: room.limits.daily for room in rooms})


def off_limits_at_random(accounts: int, choices: int, seed: int) -> float:
    """The same for plain random, by the limits and without memory."""
    limits = _unequal(accounts, mails=choices * BLOCK)
    chosen = Random(seed).choices(range(accounts), weights=limits, k=choices)  # noqa: S311 - the same in every run
    return worst(Counter(chosen), dict(enumerate(limits)))


def off_shares_at_random(accounts: int, choices: int, seed: int) -> float:
    """The same for plain random and equal shares."""
    random = Random(seed)  # noqa: S311 - the same choices in every run
    return worst(Counter(random.randrange(accounts) for _ in range(choices)), dict.fromkeys(range(accounts), 1))


def off_kept_shares(accounts: int, recipients: int, seed: int) -> float:
    """Of recipients kept by accounts with equal limits."""
    found = [room.account for room in _rooms([_ENOUGH] * accounts)]
    total = Counter(kept_by([f"user{number}.{seed}@example.com"], found).id for number in range(recipients))
    return worst(total, dict.fromkeys((account.id for account in found), 1))


def worst(total: Counter[K], weights: Mapping[K, int]) -> float:
    """``weights`` of all that should have a share, whether they got one or not."""
    everything, mails = sum(weights.values()), total.total()
    return 100 * max(abs(total[name] * everything / (mails * weight) - 1) for name, weight in weights.items())


def _unequal(accounts: int, mails: int) -> list[int]:
    """Limits of one to four parts, ``mails`` in all."""
    parts = [1 + 3 * place / (accounts - 1) for place in range(accounts)]
    return [round(mails * part / sum(parts)) for part in parts]


def _rooms(limits: Iterable[int]) -> list[Room]:
    now = system_clock()
    one = an_account(created_at=now, min_wait_time=0)
    return [
        Room.of(replace(one, id=f"acc_{number}", config=replace(one.config, daily_limit=limit)), now)
        for number, limit in enumerate(limits)
    ]


def _chosen(
    strategy: Strategy, rooms: list[Room], marks: list[_Mark], random: Random, places: dict[str, int]
) -> tuple[int, int]:
    for room, mark in zip(rooms, marks, strict=True):
        room.turn, room.last_ms = mark
    room = PICKS[strategy](Choice(rooms, PLAIN, BLOCK), random)
    return places[room.account.id], room.turn
