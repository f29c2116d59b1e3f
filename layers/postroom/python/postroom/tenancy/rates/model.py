"""How many requests a minute a key and its tenant may make, and what the row says that counts them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TENANT = "tenant"
"""The subject that all requests of a tenant are counted under; the others are ids of keys."""


@dataclass(frozen=True, slots=True)
class UsualLimits:
    """Requests a minute of a tenant and of a key for which nothing else was set."""

    tenant: int
    key: int


@dataclass(frozen=True, slots=True)
class Count:
    """What one subject has used: ``sum`` over the window, and what of it in which slot, by its place in the ring."""

    sum: int = 0
    slots: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequestCounts:
    """The row of a tenant. ``slot`` is the newest that was counted in.

    Each count has the place of that slot. ``per_minute`` is the tenant's limit, None for the usual one.
    """

    slot: int
    counts: Mapping[str, Count] = field(default_factory=dict)
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one subject may use, what is left of that, and in how many seconds more will be there."""

    per_minute: int
    left: int
    more_in_seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands after a request. It was one too many when ``retry_after_seconds`` is not 0."""

    key: Allowance
    tenant: Allowance
    retry_after_seconds: int = 0
