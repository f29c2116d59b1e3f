"""Spreads the messages of a batch over accounts, in blocks, as each message, its pool or its tenant wants it."""

from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from postroom.accounts.limits import Demand
from postroom.accounts.model import Account
from postroom.delivery.demand import demand_of
from postroom.delivery.eligible import Eligible
from postroom.delivery.room import Room
from postroom.delivery.strategies import BLOCK, PICKS, Choice
from postroom.messages.model import Message, Priority
from postroom.pools.model import Strategy


@dataclass(slots=True)
class Share:
    """What one account is to carry; ``turn``: where it stands at least in the order of turns."""

    messages: list[Message] = field(default_factory=list)
    turn: int = 0


Assignment = dict[str, Share]
"""By the id of the account."""


class Choose:
    def __init__(self, random: Random) -> None:
        self._random = random

    def __call__(
        self, messages: Sequence[Message], usable: Iterable[Account], eligible: Eligible, now: datetime
    ) -> Assignment:
        """Gives a usable account to each message that may use one of these and finds room there.

        High priority first, also within what each account is given: the last places are for it.
        """
        rooms = {account.id: room for account in usable if (room := Room.of(account, now)).slots > 0}
        assigned: Assignment = {}
        for group in _groups(messages, eligible):
            found = [rooms[account.id] for account in eligible.of(group[0]) if account.id in rooms]
            self._spread(deque(group), found, eligible.strategy_of(group[0]), assigned)
        return assigned

    def _spread(self, left: deque[Message], rooms: Sequence[Room], strategy: Strategy, assigned: Assignment) -> None:
        holding: dict[Demand, list[Room]] = {}
        while left:
            demand = demand_of(left[0])
            if demand not in holding:
                holding[demand] = [room for room in rooms if room.holds(demand)]
            if not holding[demand]:
                left.popleft()
                continue
            room = PICKS[strategy](Choice(holding[demand], demand, len(left)), self._random)
            share = assigned.setdefault(room.account.id, Share())
            share.turn = max(share.turn, room.turn - len(share.messages))
            share.messages += _block(left, room)
            _strike_off(room, holding)


def _block(left: deque[Message], room: Room) -> list[Message]:
    taken: list[Message] = []
    while left and len(taken) < BLOCK and room.holds(demand := demand_of(left[0])):
        room.take(demand)
        taken.append(left.popleft())
    return taken


def _strike_off(room: Room, holding: dict[Demand, list[Room]]) -> None:
    """Rooms only get smaller, and only the one that was given something."""
    for demand, rooms in holding.items():
        if room in rooms and not room.holds(demand):
            rooms.remove(room)


def _groups(messages: Iterable[Message], eligible: Eligible) -> list[list[Message]]:
    """Messages that are treated alike; of those as urgent, those first that have the least choice."""
    groups: dict[tuple[bool, Hashable], list[Message]] = {}
    for message in messages:
        groups.setdefault((message.priority is Priority.HIGH, eligible.kind_of(message)), []).append(message)
    return sorted(groups.values(), key=lambda group: _how_free(group[0], eligible))


def _how_free(message: Message, eligible: Eligible) -> tuple[bool, bool, int]:
    return message.priority is not Priority.HIGH, message.account_id is None, len(eligible.of(message))
