"""What holds for an account: of each limit the smallest that was set, was learned, or is its provider's.

What was learned recovers additively, as a function of time: nothing has to be written for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.accounts.ceilings import ceiling_of
from postroom.accounts.model import Account, Lesson, QuotaUnit

_DAY = timedelta(days=1)
_DAYS_OF_RECOVERY = 10
_HOUR_MS = 3_600_000
_UNPACED_MS = 50
"""What counts as no pause at all, where a learned one fades into it."""


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

    def open_to(self, demand: Demand) -> int:
        """How far the window may be filled by such a mail."""
        return self.daily if demand.high else self.daily - self.kept


def limits_at(account: Account, now: datetime) -> Limits:
    config, ceiling = account.config, ceiling_of(account.config)
    daily = min(config.daily_limit, ceiling.daily, _recovered_daily(account.learned_daily, config.daily_limit, now))
    own_spacing = max(round(config.min_wait_time * 1000), ceiling.spacing_ms)
    return Limits(
        daily=daily,
        unit=config.quota_unit,
        kept=daily * config.high_priority_share // 100,
        spacing_ms=max(own_spacing, _recovered_spacing(account.learned_spacing, own_spacing, now)),
        recipients=ceiling.recipients,
        connections=min(config.max_connections, ceiling.connections),
    )


def _recovered_daily(lesson: Lesson | None, wanted: int, now: datetime) -> int:
    """A tenth of what is wanted comes back each day."""
    if lesson is None:
        return wanted
    return lesson.value + int(max(1.0, wanted / _DAYS_OF_RECOVERY) * max(0.0, (now - lesson.at) / _DAY))


def _recovered_spacing(lesson: Lesson | None, wanted_ms: int, now: datetime) -> int:
    """The rate, not the pause, grows evenly, and is whole again within an hour."""
    if lesson is None:
        return wanted_ms
    whole = 1 / max(wanted_ms, _UNPACED_MS)
    rate = 1 / lesson.value + whole * max(0.0, (now - lesson.at).total_seconds() * 1000) / _HOUR_MS
    return wanted_ms if rate >= whole else round(1 / rate)
