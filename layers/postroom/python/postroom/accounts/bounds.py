"""What an owner sees of each limit: what was set, what was learned, what the provider allows, and what holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from postroom.accounts.ceilings import NO_BOUND, ceiling_of
from postroom.accounts.limits import (
    daily_is_whole_at,
    learned_daily,
    limits_at,
    spacing_is_whole_at,
)
from postroom.accounts.model import Account

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Bound(Generic[Number]):
    """``provider`` is there when it is known; ``learned`` and ``recovers_at`` are while that is the strictest."""

    set: Number | None
    provider: Number | None
    effective: Number | None
    learned: Number | None = None
    recovers_at: datetime | None = None


def daily_bound(account: Account, now: datetime) -> Bound[int]:
    own, provider = account.config.daily_limit, ceiling_of(account.config).daily
    learned = learned_daily(account, now)
    bound = Bound(own, _said(provider), limits_at(account, now).daily)
    return bound if learned >= min(own, provider) else _taught(bound, learned, daily_is_whole_at(account))


def spacing_bound(account: Account, now: datetime) -> Bound[float]:
    """In seconds."""
    own_ms, provider_ms = round(account.config.min_wait_time * 1000), ceiling_of(account.config).spacing_ms
    effective_ms = limits_at(account, now).spacing_ms
    effective = effective_ms / 1000
    bound = Bound(account.config.min_wait_time, provider_ms / 1000 or None, effective)
    if effective_ms <= max(own_ms, provider_ms):
        return bound
    return _taught(bound, effective, spacing_is_whole_at(account))


def connections_bound(account: Account, now: datetime) -> Bound[int]:
    provider = ceiling_of(account.config).connections
    return Bound(account.config.max_connections, _said(provider), limits_at(account, now).connections)


def recipients_bound(account: Account) -> Bound[int]:
    """Of one mail. Its owner sets none."""
    provider = _said(ceiling_of(account.config).recipients)
    return Bound(None, provider, provider)


def _taught(bound: Bound[Number], learned: Number, recovers_at: datetime) -> Bound[Number]:
    return Bound(bound.set, bound.provider, bound.effective, learned, recovers_at)


def _said(value: int) -> int | None:
    return None if value == NO_BOUND else value
