"""What an account sent, day by day."""

from dataclasses import dataclass
from datetime import date, timedelta

from postroom.accounts.days import local_day
from postroom.accounts.model import Account
from postroom.accounts.ports import AccountStore
from postroom.clock import Clock


@dataclass(frozen=True, slots=True)
class DayUsage:
    day: str
    sent: int


class ReadUsage:
    def __init__(self, store: AccountStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, account: Account, days: int) -> list[DayUsage]:
        """The last ``days`` local dates, today first; a day without a mail is 0."""
        local = local_day(self._clock(), account.config.timezone)
        today = date.fromisoformat(max(local, account.counter.day))  # The counter does not go back with its time zone.
        wanted = [(today - timedelta(days=back)).isoformat() for back in range(days)]
        counted = self._store.days(account.tenant_id, account.id, wanted[-1])
        counted |= account.counter.finished
        counted[account.counter.day] = counted.get(account.counter.day, 0) + account.counter.day_used
        return [DayUsage(day, counted.get(day, 0)) for day in wanted]
