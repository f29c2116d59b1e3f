"""Where a mail is counted: in its local day and in its hour, both at once.

Each function gives the part of a change that concerns one of them, and requires what it relies on.
"""

from datetime import datetime, timedelta

from postroom.accounts.ceilings import window_of
from postroom.accounts.days import day_end, epoch_hour, local_day
from postroom.accounts.model import Account, Counter, QuotaWindow, Reservation
from postroom.change import Absent, Add, AtMost, Change, Equals, Present, Remove, Set, as_seen
from postroom.clock import from_milliseconds

HOURS_KEPT = 25
"""A mail of 10:59 counts until 10:59 tomorrow, which is its hour and the 24 after it; and one more, since it may leave
up to an hour after it was reserved. So no 24 hours ever see more than the limit."""


def new_counter(now: datetime, timezone: str) -> Counter:
    hour = epoch_hour(now)
    return Counter(day=local_day(now, timezone), day_used=0, hour=hour, hours={hour: 0}, rolling_used=0)


def counted_day(account: Account, now: datetime) -> str:
    # A clock that is behind, or a date that comes twice, must not open a day again.
    return max(account.counter.day, local_day(now, account.config.timezone))


def used(account: Account, now: datetime) -> int:
    counter = account.counter
    if window_of(account.config) is QuotaWindow.ROLLING_24H:
        return counter.rolling_used - sum(_expired(counter, now).values())
    return counter.day_used if counter.day == counted_day(account, now) else 0


def current_hour(counter: Counter, now: datetime) -> int:
    return max(counter.hour, epoch_hour(now))


def count_in_day(account: Account, count: int, now: datetime) -> Change:
    counter = account.counter
    day = counted_day(account, now)
    if day == counter.day:
        return Change((Add(("day_used",), count),), (Equals(("day",), day),))
    begun = Change((Set(("day",), day), Set(("day_used",), count)), (Equals(("day",), counter.day),))
    return begun + keep_in_history(counter)


def count_in_hour(counter: Counter, count: int, now: datetime) -> Change:
    hour = current_hour(counter, now)
    if hour == counter.hour:
        return Change(
            (Add(("hours", str(hour)), count), Add(("rolling_used",), count)),
            (Equals(("hour",), hour),),
        )
    expired = _expired(counter, now)
    return Change(
        (
            Set(("hour",), hour),
            Set(("hours", str(hour)), count),
            Add(("rolling_used",), count - sum(expired.values())),
            *(Remove(("hours", str(old))) for old in expired),
        ),
        (Equals(("hour",), counter.hour), *(Equals(("hours", str(old)), was) for old, was in expired.items())),
    )


def at_most_used(account: Account, bound: int, now: datetime) -> Change:
    """Requires that the window holds no more than ``bound`` before this change."""
    counter = account.counter
    if window_of(account.config) is QuotaWindow.ROLLING_24H:
        leaving = sum(_expired(counter, now).values())
        return Change((), (AtMost(("rolling_used",), bound + leaving),))
    if counted_day(account, now) != counter.day:
        return Change((), ())
    return Change((), (AtMost(("day_used",), bound),))


def give_back_day(counter: Counter, held: Reservation, unused: int) -> Change:
    if held.day == counter.day:
        return Change((Add(("day_used",), -unused),), (Equals(("day",), held.day),))
    if held.day in counter.finished:
        path = ("finished", held.day)
        return Change((Add(path, -unused),), (Present(path),))
    return Change((), (Absent(("finished", held.day)),))


def give_back_hour(counter: Counter, held: Reservation, unused: int) -> Change:
    path = ("hours", str(held.hour))
    if held.hour not in counter.hours:
        return Change((), (Absent(path),))
    return Change((Add(path, -unused), Add(("rolling_used",), -unused)), (Present(path),))


def keep_in_history(counter: Counter) -> Change:
    """Moves the day's count to the finished ones, behind what a reset by hand put there before."""
    path = ("finished", counter.day)
    before = counter.finished.get(counter.day)
    same = (Equals(("day_used",), counter.day_used), as_seen(path, before))
    return Change((Set(path, (before or 0) + counter.day_used),), same)


def window_end(account: Account, now: datetime) -> datetime:
    """Until when a mail that is reserved now may leave and still belong to where it is counted."""
    if window_of(account.config) is QuotaWindow.CALENDAR_DAY:
        return day_end(counted_day(account, now), account.config.timezone)
    return now + timedelta(hours=HOURS_KEPT - 24)


def capacity_returns_at(account: Account, now: datetime) -> datetime:
    if window_of(account.config) is QuotaWindow.CALENDAR_DAY:
        return day_end(counted_day(account, now), account.config.timezone)
    return _oldest_hour_leaves(account.counter, now)


def _expired(counter: Counter, now: datetime) -> dict[int, int]:
    oldest = current_hour(counter, now) - HOURS_KEPT
    return {hour: count for hour, count in counter.hours.items() if hour < oldest}


def _oldest_hour_leaves(counter: Counter, now: datetime) -> datetime:
    oldest_kept = current_hour(counter, now) - HOURS_KEPT
    counted = [hour for hour, count in counter.hours.items() if count > 0 and hour >= oldest_kept]
    leaving = min(counted, default=current_hour(counter, now))
    return from_milliseconds((leaving + HOURS_KEPT + 1) * 3_600_000)
