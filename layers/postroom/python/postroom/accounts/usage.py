"""What an account sent, day by day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from postroom.accounts.days import local_day
from postroom.accounts.model import FAILED, SENT, Account, DayCount
from postroom.accounts.ports import AccountStore
from postroom.clock import Clock


@dataclass(frozen=True, slots=True)
class DayUsage:
    """``used`` is in the unit of the quota; the others are tries, ``deferred`` by the class of the reply."""

    day: str
    used: int
    sent: int
    failed: int
    deferred: Mapping[str, int]

    @classmethod
    def of(cls, day: str, count: DayCount) -> "DayUsage":
        deferred = {name: tries for name, tries in count.outcomes.items() if name not in {SENT, FAILED}}
        return cls(day, count.used, count.outcomes.get(SENT, 0), count.outcomes.get(FAILED, 0), deferred)


class ReadUsage:
    def __init__(self, store: AccountStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, account: Account, days: int) -> list[DayUsage]:
        """The last ``days`` local dates, today first; a day without a mail is 0."""
        counter = account.counter
        local = local_day(self._clock(), account.config.timezone)
        today = date.fromisoformat(max(local, counter.day))  # The counter does not go back with its time zone.
        wanted = [(today - timedelta(days=back)).isoformat() for back in range(days)]
        history = self._store.days(account.tenant_id, account.id, wanted[-1])
        counted = history | {day: counter.day_count(day) for day in (*counter.finished, counter.day)}
        return [DayUsage.of(day, counted.get(day, DayCount(0))) for day in wanted]
