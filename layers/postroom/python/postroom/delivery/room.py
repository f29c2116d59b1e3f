"""What an account can still carry in this batch."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.accounts.limits import Demand
from postroom.accounts.model import Account
from postroom.accounts.pace import slots_within
from postroom.accounts.quota import Usage, usage_at
from postroom.accounts.turns import last_sent_ms

PATIENCE = timedelta(seconds=1)
"""The longest wait for an account's pace that is slept through; Lambda is paid for it."""


@dataclass(slots=True)
class Room:
    """``slots``: how many mails its pace lets go now. ``units``: what was given of its quota.

    ``turn`` is where it stands in the order of turns, and ``last_ms`` when it was last given a mail.
    """

    account: Account
    usage: Usage
    slots: int
    turn: int
    last_ms: int
    units: int = 0

    @classmethod
    def of(cls, account: Account, now: datetime) -> "Room":
        usage = usage_at(account, now)
        slots = slots_within(account, usage.limits.spacing_ms, now, PATIENCE)
        at_once = min(slots, 1) if account.is_on_trial else slots
        return cls(account, usage, at_once, account.counter.turns or 0, last_sent_ms(account, now))

    def left_for(self, demand: Demand) -> int:
        """Units of the quota, as if its pace were no matter."""
        return max(0, self.usage.left_for(demand) - self.units)

    def holds(self, demand: Demand) -> bool:
        limits = self.usage.limits
        fits = demand.recipients <= limits.recipients and demand.units(limits.unit) <= self.left_for(demand)
        return self.slots > 0 and fits

    def take(self, demand: Demand) -> None:
        self.units += demand.units(self.usage.limits.unit)
        self.slots -= 1
        self.turn += 1
