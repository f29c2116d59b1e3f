"""Spreads messages over accounts: at random, weighted by what each has left, and in blocks.

A block is what one session carries at once. Message by message, a batch of fifty over a hundred accounts would be forty
reservations, settlements and log-ins; in the long run both give each account the same share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from postroom.accounts.model import Account
from postroom.accounts.pace import slots_within
from postroom.accounts.quota import usage_at
from postroom.delivery.rules import Rules
from postroom.messages.model import Message

Assignment = dict[str, list[Message]]
"""Messages by the id of the account that is to carry them."""

PATIENCE = timedelta(seconds=1)
"""The longest wait for an account's pace that is slept through; Lambda is paid for it."""

_BLOCK = 20


@dataclass(slots=True)
class _Room:
    """``left`` of the account's limit, and how many its pace lets go now."""

    left: int
    now: int

    def take(self, count: int) -> None:
        self.left -= count
        self.now -= count


class Choose:
    def __init__(self, random: Random) -> None:
        self._random = random

    def __call__(
        self, messages: Sequence[Message], accounts: Sequence[Account], rules: Rules, now: datetime
    ) -> Assignment:
        """Gives an account to each message that may use one of these and finds room there."""
        rooms = {account.id: room for account in accounts if (room := _room(account, now)).now > 0}
        assigned: Assignment = {}
        for group in _alike(messages):
            ids = [account.id for account in rules.candidates(group[0], accounts)]
            left = group
            while left and (open_ids := [account_id for account_id in ids if account_id in rooms]):
                [account_id] = self._random.choices(open_ids, weights=[rooms[each].left for each in open_ids])
                count = min(_BLOCK, rooms[account_id].now)
                _give(assigned, rooms, account_id, left[:count])
                left = left[count:]
        return assigned


def _alike(messages: Sequence[Message]) -> list[list[Message]]:
    """Messages with the same candidates, those first that have the least choice."""
    groups: dict[tuple[str | None, str | None], list[Message]] = {}
    for message in messages:
        groups.setdefault((message.account_id, message.pool_id), []).append(message)
    return [groups[key] for key in sorted(groups, key=lambda key: (key[0] is None, key[1] is None))]


def _give(assigned: Assignment, rooms: dict[str, _Room], account_id: str, messages: Sequence[Message]) -> None:
    assigned.setdefault(account_id, []).extend(messages)
    rooms[account_id].take(len(messages))
    if rooms[account_id].now <= 0:
        del rooms[account_id]


def _room(account: Account, now: datetime) -> _Room:
    usage = usage_at(account, now)
    left = usage.remaining
    at_once = min(left, slots_within(account, usage.limits.spacing_ms, now, PATIENCE))
    return _Room(left, min(at_once, 1) if account.is_on_trial else at_once)
