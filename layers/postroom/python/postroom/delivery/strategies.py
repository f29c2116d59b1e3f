"""How one account is chosen among those that may carry a message and have room for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil, log
from random import Random

from postroom.accounts.limits import Demand
from postroom.accounts.model import Account
from postroom.delivery.room import Room
from postroom.pools.model import Strategy

BLOCK = 20
"""What one session carries at once, and so what one choice gives to an account at most.

Message by message, a batch of fifty over a hundred accounts would be forty reservations, settlements and log-ins; in
the long run both give each account the same share.
"""

HEAD_START = 20
"""So many blocks an account may stand behind the others, or so many mails where they are given one by one. Senders that
work on the same accounts at the same time, each with a view of its own, scatter them by some; what is owed within that
is made up for, and what is older is not."""

_IDLEST = 10
"""Of the accounts, a tenth counts as idle for longest: many senders must not all run to the very same one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """``rooms`` that hold the demand, at least one; ``count`` mails like it are to be given, one of them at least."""

    rooms: Sequence[Room]
    demand: Demand
    count: int


Pick = Callable[[Choice, Random], Room]


def at_random(choice: Choice, random: Random) -> Room:
    """Weighted by what each has left."""
    [room] = random.choices(choice.rooms, weights=[room.left_for(choice.demand) for room in choice.rooms])
    return room


def idle_longest(choice: Choice, random: Random) -> Room:
    """The one whose last mail is longest ago; of many, one of the tenth for which that holds."""
    idlest = sorted(choice.rooms, key=lambda room: (room.last_ms, random.random()))
    room = random.choice(idlest[: ceil(len(idlest) / _IDLEST)])
    # Behind all the others, also in this batch.
    room.last_ms = max(one.last_ms for one in choice.rooms) + 1
    return room


def next_in_turn(choice: Choice, random: Random) -> Room:
    """The one that has come least far in the order of turns; whoever is level with it within what is to be given."""
    amount = min(choice.count, BLOCK)
    front = max(room.turn for room in choice.rooms) - HEAD_START * amount
    for room in choice.rooms:
        room.turn = max(room.turn, front)
    level = min(room.turn for room in choice.rooms) + amount
    return random.choice([room for room in choice.rooms if room.turn < level])


PICKS: Mapping[Strategy, Pick] = {
    Strategy.RANDOM: at_random,
    Strategy.IDLE_LONGEST: idle_longest,
    Strategy.ROUND_ROBIN: next_in_turn,
    Strategy.STICKY: at_random,  # among those that are left when nobody can keep a recipient
}


def kept_by(recipients: Iterable[str], accounts: Sequence[Account]) -> Account:
    """The account that keeps a recipient: weighted rendezvous hashing, by the daily limits that were set.

    Nothing has to be remembered, and when an account goes, only its own recipients move to others (Thaler and
    Ravishankar, 1998; weights by Schindelhauer and Schomaker, 2005). Of several recipients the first by the alphabet.
    """
    recipient = min(map(str.lower, recipients)).encode()
    return max(accounts, key=lambda account: _score(recipient, account))


def _score(recipient: bytes, account: Account) -> tuple[float, str]:
    digest = blake2b(recipient, digest_size=8, key=account.id.encode()[:64]).digest()
    uniform = ((int.from_bytes(digest, "big") >> 12) + 0.5) / 2**52  # Neither 0 nor 1, without rounding.
    return account.config.daily_limit / -log(uniform), account.id
