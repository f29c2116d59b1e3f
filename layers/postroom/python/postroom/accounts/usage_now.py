"""How much of its limit an account has used at one moment, and what it has left."""

from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.limits import Demand, Limits, limits_at
from postroom.accounts.model import Account
from postroom.accounts.windows import capacity_returns_at, used


@dataclass(frozen=True, slots=True)
class Usage:
    """What the account has used in its window at one moment, in its unit. ``resets_at`` is when capacity comes back."""

    sent: int
    limits: Limits
    resets_at: datetime

    @property
    def remaining(self) -> int:
        """Also for mail of high priority alone."""
        return max(0, self.limits.daily - self.sent)

    def left_for(self, demand: Demand) -> int:
        return self.limits.left_for(demand, self.sent)

    def has_room_for(self, demand: Demand) -> bool:
        return self.limits.fits(demand, self.sent)


def usage_at(account: Account, now: datetime) -> Usage:
    return Usage(used(account, now), limits_at(account, now), capacity_returns_at(account, now))
