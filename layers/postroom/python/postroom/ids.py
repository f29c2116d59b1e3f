"""Ids that sort by the time they were made: a prefix and a ULID in lower case, ``msg_01hq3k…``.

https://github.com/ulid/spec: 48 bits of milliseconds, 80 bits of randomness, Crockford's base 32.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BYTES = 10
_LENGTH = 26


def _encode(milliseconds: int, randomness: bytes) -> str:
    number = (milliseconds << 80) | int.from_bytes(randomness, "big")
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def new_id(prefix: str, now: datetime) -> str:
    return f"{prefix}_{_encode(_milliseconds(now), secrets.token_bytes(_RANDOM_BYTES))}"


def first_id(prefix: str, moment: datetime) -> str:
    """The smallest id that can be made at ``moment``: a bound for ranges by time."""
    return f"{prefix}_{_encode(_milliseconds(moment), bytes(_RANDOM_BYTES))}"


def moment_of(each_id: str) -> datetime:
    """When it was made, to the millisecond."""
    ulid = each_id.partition("_")[2]
    number = sum(_ALPHABET.index(letter) << 5 * place for place, letter in enumerate(reversed(ulid)))
    return datetime.fromtimestamp((number >> 80) / 1000, UTC)


def is_id(prefix: str, text: str) -> bool:
    head, _, ulid = text.partition("_")
    return head == prefix and len(ulid) == _LENGTH and all(letter in _ALPHABET for letter in ulid)


@dataclass(frozen=True, slots=True)
class Seed:
    """Makes the same ids when a request is run again: what a crash left half done is found, not doubled."""

    moment: datetime
    entropy: str

    @classmethod
    def fresh(cls, now: datetime) -> "Seed":
        return cls(now, secrets.token_hex(16))

    def id(self, prefix: str, index: int | str = 0) -> str:
        """``index``: which one of those with this prefix that the request makes."""
        digest = hashlib.sha256(f"{self.entropy}:{prefix}:{index}".encode()).digest()
        return f"{prefix}_{_encode(_milliseconds(self.moment), digest[:_RANDOM_BYTES])}"
