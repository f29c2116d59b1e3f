"""What holds for an account: of each limit the smallest that was set, was learned, or is its provider's.

What was learned recovers additively, as a function of time: nothing has to be written for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from postroom.accounts.ceilings import ceiling_of, unit_of
from postroom.accounts.model import Account, AccountConfig, QuotaUnit

_DAY = timedelta(days=1)
_DAYS_OF_RECOVERY = 10
_HOUR_MS = 3_600_000
_UNPACED_MS = 250
"""Where a learned pause ends for who has none. Much less, and a recovering account is refused every few minutes."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What one mail asks of an account."""

    recipients: int = 1
    high: bool = False

    def units(self, unit: QuotaUnit) -> int:
        return self.recipients if unit is QuotaUnit.RECIPIENTS else 1


PLAIN = Demand()


@dataclass(frozen=True, slots=True)
class Limits:
    """``daily`` is for each window, in ``unit``; ``kept`` of it is for mail of high priority.

    ``spacing_ms`` lies between two mails, ``recipients`` are those of one mail, ``connections`` those at the same time.
    """

    daily: int
    unit: QuotaUnit
    kept: int
    spacing_ms: int
    recipients: int
    connections: int

    def takes(self, demand: Demand) -> bool:
        """Whether such a mail can be carried at all, on a day without any other."""
        return self.fits(demand, 0)

    def fits(self, demand: Demand, used: int) -> bool:
        """Whether such a mail can be carried where ``used`` units of the window are taken."""
        return demand.recipients <= self.recipients and demand.units(self.unit) <= self.left_for(demand, used)

    def left_for(self, demand: Demand, used: int) -> int:
        return max(0, self.open_to(demand) - used)

    def open_to(self, demand: Demand) -> int:
        """How far the window may be filled by such a mail."""
        return self.daily if demand.high else self.daily - self.kept


def limits_at(account: Account, now: datetime) -> Limits:
    config, ceiling = account.config, ceiling_of(account.config)
    daily = min(config.daily_limit, ceiling.daily, learned_daily(account, now))
    return Limits(
        daily=daily,
        unit=unit_of(config),
        kept=daily * config.high_priority_share // 100,
        spacing_ms=learned_spacing(account, now),
        recipients=ceiling.recipients,
        connections=min(config.max_connections, ceiling.connections),
    )


def whole_limits(account: Account, now: datetime) -> Limits:
    """What holds when nothing of a lesson on the daily limit is left: what these do not take is never taken."""
    return limits_at(account, max(now, daily_is_whole_at(account)))


def learned_daily(account: Account, now: datetime) -> int:
    """At most what its owner set. A tenth of that comes back each day: at once, since it may be refused again."""
    wanted, lesson = account.config.daily_limit, account.learned_daily
    if lesson is None:
        return wanted
    return min(wanted, lesson.value + int(_daily_recovery(account) * max(0, (now - lesson.at) // _DAY)))


def learned_spacing(account: Account, now: datetime) -> int:
    """At least what its owner set and its provider wants.

    The rate, not the pause, grows evenly, and is whole again within an hour.
    """
    wanted_ms, lesson = own_spacing(account.config), account.learned_spacing
    if lesson is None or now >= spacing_is_whole_at(account):
        return wanted_ms
    whole = 1 / max(wanted_ms, _UNPACED_MS)
    rate = 1 / lesson.value + whole * max(0.0, (now - lesson.at).total_seconds() * 1000) / _HOUR_MS
    return max(wanted_ms, round(1 / rate))


def daily_is_whole_at(account: Account) -> datetime:
    """When nothing of the lesson is left."""
    lesson = account.learned_daily
    if lesson is None:
        return account.created_at
    missing = max(0, min(account.config.daily_limit, ceiling_of(account.config).daily) - lesson.value)
    return lesson.at + _DAY * ceil(missing / _daily_recovery(account))


def spacing_is_whole_at(account: Account) -> datetime:
    lesson = account.learned_spacing
    if lesson is None:
        return account.created_at
    whole_ms = max(own_spacing(account.config), _UNPACED_MS)
    return lesson.at + timedelta(milliseconds=ceil(max(0.0, 1 - whole_ms / lesson.value) * _HOUR_MS))


def _daily_recovery(account: Account) -> float:
    return max(1.0, account.config.daily_limit / _DAYS_OF_RECOVERY)


def own_spacing(config: AccountConfig) -> int:
    """What its owner set or its provider wants, in milliseconds, as if nothing had been learned."""
    return max(round(config.min_wait_time * 1000), ceiling_of(config).spacing_ms)
