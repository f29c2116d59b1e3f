"""What an account can still carry in this batch."""

from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.limits import Demand, Limits, limits_at
from postroom.accounts.model import Account
from postroom.accounts.pace import PATIENCE, are_slots_kept, slots_within
from postroom.accounts.turns import last_given_ms
from postroom.accounts.windows import used


@dataclass(slots=True, eq=False)
class Room:
    """``used`` of its quota, also by what was given here; ``slots``: how many mails its pace lets go now.

    ``turn`` is where it stands in the order of turns, and ``last_ms`` when it was last given a mail. With
    ``for_high_alone``, its next slots are kept for mails of high priority.
    """

    account: Account
    limits: Limits
    used: int
    slots: int
    turn: int
    last_ms: int
    for_high_alone: bool = False

    @classmethod
    def of(cls, account: Account, now: datetime) -> "Room":
        limits = limits_at(account, now)
        slots = slots_within(account, limits.spacing_ms, now, PATIENCE, high=True)
        at_once = min(slots, 1) if account.is_on_trial else slots
        last_ms = last_given_ms(account, limits.spacing_ms)
        kept = limits.spacing_ms > 0 and are_slots_kept(account, now)
        return cls(account, limits, used(account, now), at_once, account.counter.turns or 0, last_ms, kept)

    def left_for(self, demand: Demand) -> int:
        """Units of the quota, as if its pace were no matter."""
        return self.limits.left_for(demand, self.used)

    def holds(self, demand: Demand) -> bool:
        is_open = self.slots > 0 and (demand.high or not self.for_high_alone)
        return is_open and self.limits.fits(demand, self.used)

    def take(self, demand: Demand) -> None:
        self.used += demand.units(self.limits.unit)
        self.slots -= 1
        self.turn += 1
