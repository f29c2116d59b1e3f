"""How many requests a minute a key and its tenant may make, and what the row says that counts them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TENANT = "tenant"
"""The subject that all requests of a tenant are counted under; the others are ids of keys."""


@dataclass(frozen=True, slots=True)
class Count:
    """What one subject has used: ``sum`` over the window, and what of it in which slot, by its place in the ring."""

    sum: int = 0
    slots: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tally:
    """The row of a tenant. ``slot`` is the newest one that was counted in; ``limit`` is None for the usual one."""

    slot: int
    counts: Mapping[str, Count] = field(default_factory=dict)
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """Of one subject: what it may use, what is left of that, and in how many seconds more will be there."""

    name: str
    per_minute: int
    left: int
    more_in_seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands after a request was counted."""

    key: Allowance
    tenant: Allowance
