"""The rules of the quota: pure functions from what an account was seen to be to a change that must hold.

No change trusts what was seen: it requires the parts it relies on, so two senders that saw the same item can never
both take the last unit. Within one window only a bound is required, never an exact count, so that many senders
reserve at once without refusing each other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from postroom.accounts.days import day_end, epoch_hour, local_day
from postroom.accounts.model import Account, AccountStatus, Counter, QuotaWindow, Reservation
from postroom.accounts.record import reservations_record
from postroom.change import Absent, Add, AtMost, Change, Equals, Path, Present, Remove, Set
from postroom.clock import from_milliseconds, to_milliseconds

_HOURS_KEPT = 25
"""A mail of 10:59 counts until 10:59 tomorrow, which is its hour and the 24 after it; and one more, since it may leave
up to an hour after it was reserved. So no 24 hours ever see more than the limit."""

_ALONE_FOR = timedelta(minutes=2)
"""A reservation that is older belongs to a sender that died; an account on trial waits for it no longer."""

_ON_TRIAL_AGAIN = timedelta(seconds=3)


class Limit(StrEnum):
    """What stands in the way of a reservation."""

    QUOTA = "quota"
    PACE = "pace"
    TRIAL = "trial"
    INACTIVE = "inactive"
    CONTENDED = "contended"


@dataclass(frozen=True, slots=True)
class Denied:
    limit: Limit
    until: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    change: Change
    count: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What the account has used in its window at one moment. ``resets_at`` is when capacity comes back."""

    sent: int
    remaining: int
    resets_at: datetime


def new_counter(now: datetime, timezone: str) -> Counter:
    hour = epoch_hour(now)
    return Counter(day=local_day(now, timezone), day_used=0, hour=hour, hours={hour: 0}, rolling_used=0)


def window_end(account: Account, now: datetime) -> datetime:
    """Until when a mail that is reserved now may leave and still belong to where it is counted."""
    if account.config.quota_window is QuotaWindow.CALENDAR_DAY:
        return day_end(_today(account, now), account.config.timezone)
    return now + timedelta(hours=_HOURS_KEPT - 24)


def usage_at(account: Account, now: datetime) -> Usage:
    used = _used(account, now)
    remaining = max(0, account.config.daily_limit - used)
    if account.config.quota_window is QuotaWindow.CALENDAR_DAY:
        return Usage(used, remaining, day_end(_today(account, now), account.config.timezone))
    return Usage(used, remaining, _oldest_hour_leaves(account.counter, now))


def plan_reservation(
    account: Account, wanted: int, reservation_id: str, now: datetime, patience: timedelta
) -> Plan | Denied:
    """As many of ``wanted`` sends as limit and pace allow; the last of them may have to wait up to ``patience``."""
    if account.config.status is not AccountStatus.ACTIVE:
        return Denied(Limit.INACTIVE, now)
    usage = usage_at(account, now)
    if usage.remaining == 0:
        return Denied(Limit.QUOTA, usage.resets_at)
    slots = _slots_within(account, now, patience)
    if slots == 0:
        return Denied(Limit.PACE, from_milliseconds(account.counter.next_send_ms))
    if account.is_on_trial and _is_tried_now(account, now):
        return Denied(Limit.TRIAL, now + _ON_TRIAL_AGAIN)
    count = min(wanted, usage.remaining, slots, 1 if account.is_on_trial else slots)
    change = (
        _count_in_day(account, count, now)
        + _count_in_hour(account.counter, count, now)
        + _within_limit(account, count, now)
        + _take_slots(account, count, now, patience)
        + _open(account, count, reservation_id, now)
        + _alone(account)
        + Change((), (Equals(("status",), "active"), Equals(("revision",), account.revision)))
    )
    return Plan(change, count)


def plan_settlement(account: Account, reservation_id: str, unused: int) -> Change | None:
    """Closes a reservation and gives back what was not used, to the windows it came from. None: nothing is open."""
    held = account.counter.reservations.get(reservation_id)
    if held is None:
        return None
    path = ("reservations", reservation_id)
    closing = Change((Remove(path),), (Present(path),))
    if unused == 0 or held.generation != account.counter.generation:
        return closing
    return (
        closing
        + Change((), (Equals(("generation",), held.generation),))
        + _give_back_day(account.counter, held, unused)
        + _give_back_hour(account.counter, held, unused)
    )


def plan_day_end(account: Account, now: datetime) -> Change | None:
    """Rolls the counter into today's date when it stands on an earlier one."""
    if _today(account, now) == account.counter.day:
        return None
    return _count_in_day(account, 0, now)


def plan_next_visit(account: Account, now: datetime) -> Change:
    """Notes when the daily reset has to look at this account again."""
    return Change((Set(("rolls_at",), to_milliseconds(day_end(_today(account, now), account.config.timezone))),), ())


def plan_archived(day: str, count: int) -> Change:
    """Forgets a finished day that the history now holds, unless it has changed since."""
    path = ("finished", day)
    return Change((Remove(path),), (Equals(path, count),))


def plan_reset(account: Account, now: datetime) -> Change:
    """Starts every window anew; what was sent stays in the history, and the pace holds.

    Open reservations stay open, but are not given back to the new windows.
    """
    counter = account.counter
    hour = max(counter.hour, epoch_hour(now))
    windows = (
        Set(("day_used",), 0),
        Set(("rolling_used",), 0),
        Set(("hour",), hour),
        Set(("hours",), {str(hour): 0}),
        Add(("generation",), 1),
    )
    return Change(windows, (Equals(("generation",), counter.generation), Equals(("day",), counter.day))) + _keep(
        counter
    )


def plan_forgetting(account: Account, before: datetime) -> Change | None:
    """Drops reservations of senders that died. What they held stays counted: perhaps it was sent."""
    dead = [key for key, held in account.counter.reservations.items() if held.at_ms < to_milliseconds(before)]
    if not dead:
        return None
    return Change(tuple(Remove(("reservations", key)) for key in dead), ())


def plan_new_pace(account: Account, min_wait_time: float) -> Change:
    """A new pace holds from the last mail on. Appointments were made by the old one, and are made anew."""
    counter = account.counter
    last_ms = counter.next_send_ms - _wait_ms(account)
    next_send_ms = max(0, last_ms + round(min_wait_time * 1000)) if counter.next_send_ms else 0
    same = Equals(("next_send_ms",), counter.next_send_ms)
    return Change((Set(("next_send_ms",), next_send_ms), Set(("booked_ms",), 0)), (same,))


def plan_unbooking(account: Account, now: datetime) -> Change | None:
    """Gives back one appointment. Those behind it keep their times; who is booked next closes the gap."""
    wait = _wait_ms(account)
    seen = account.counter.booked_ms
    if wait == 0 or seen - wait < to_milliseconds(now):
        return None
    return Change((Add(("booked_ms",), -wait),), (Equals(("booked_ms",), seen),))


def plan_booking(account: Account, count: int, now: datetime) -> tuple[Change, int]:
    """Appointments for ``count`` mails that found no slot: one after another behind all that are booked.

    Returns the change and the milliseconds between two of them. Without appointments, a thousand waiting mails would
    all come back at once for a single slot. A booking takes no quota.
    """
    wait = _wait_ms(account)
    counter = account.counter
    behind = max(counter.next_send_ms, to_milliseconds(now))
    if counter.booked_ms > behind:
        return Change((Add(("booked_ms",), count * wait),), (AtMost(("booked_ms",), counter.booked_ms),)), wait
    change = Change((Set(("booked_ms",), behind + count * wait),), (Equals(("booked_ms",), counter.booked_ms),))
    return change, wait


def _used(account: Account, now: datetime) -> int:
    counter = account.counter
    if account.config.quota_window is QuotaWindow.ROLLING_24H:
        return counter.rolling_used - sum(_expired(counter, now).values())
    return counter.day_used if counter.day == _today(account, now) else 0


def _today(account: Account, now: datetime) -> str:
    # A clock that is behind, or a date that comes twice, must not open a day again.
    return max(account.counter.day, local_day(now, account.config.timezone))


def _hour(counter: Counter, now: datetime) -> int:
    return max(counter.hour, epoch_hour(now))


def _expired(counter: Counter, now: datetime) -> dict[int, int]:
    oldest = _hour(counter, now) - _HOURS_KEPT
    return {hour: count for hour, count in counter.hours.items() if hour < oldest}


def _oldest_hour_leaves(counter: Counter, now: datetime) -> datetime:
    oldest_kept = _hour(counter, now) - _HOURS_KEPT
    counted = [hour for hour, count in counter.hours.items() if count > 0 and hour >= oldest_kept]
    leaving = min(counted, default=_hour(counter, now))
    return from_milliseconds((leaving + _HOURS_KEPT + 1) * 3_600_000)


def _count_in_day(account: Account, count: int, now: datetime) -> Change:
    counter = account.counter
    today = _today(account, now)
    if today == counter.day:
        return Change((Add(("day_used",), count),), (Equals(("day",), today),))
    return Change((Set(("day",), today), Set(("day_used",), count)), (Equals(("day",), counter.day),)) + _keep(counter)


def _keep(counter: Counter) -> Change:
    """Moves the day's count to the finished ones, behind what a reset by hand put there before."""
    path = ("finished", counter.day)
    before = counter.finished.get(counter.day)
    unchanged = Absent(path) if before is None else Equals(path, before)
    return Change((Set(path, (before or 0) + counter.day_used),), (Equals(("day_used",), counter.day_used), unchanged))


def _is_tried_now(account: Account, now: datetime) -> bool:
    since = to_milliseconds(now - _ALONE_FOR)
    return any(held.at_ms > since for held in account.counter.reservations.values())


def _alone(account: Account) -> Change:
    if not account.is_on_trial:
        return Change((), ())
    return Change((), (Equals(("reservations",), reservations_record(account.counter)),))


def _count_in_hour(counter: Counter, count: int, now: datetime) -> Change:
    hour = _hour(counter, now)
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


def _within_limit(account: Account, count: int, now: datetime) -> Change:
    counter, limit = account.counter, account.config.daily_limit
    if account.config.quota_window is QuotaWindow.ROLLING_24H:
        leaving = sum(_expired(counter, now).values())
        return Change((), (AtMost(("rolling_used",), limit - count + leaving),))
    if _today(account, now) != counter.day:
        return Change((), ())
    return Change((), (AtMost(("day_used",), limit - count),))


def _wait_ms(account: Account) -> int:
    return round(account.config.min_wait_time * 1000)


def _slots_within(account: Account, now: datetime, patience: timedelta) -> int:
    wait = _wait_ms(account)
    if wait == 0:
        return account.config.daily_limit
    start = max(account.counter.next_send_ms, to_milliseconds(now))
    latest = to_milliseconds(now + patience)
    return 0 if start > latest else (latest - start) // wait + 1


def _take_slots(account: Account, count: int, now: datetime, patience: timedelta) -> Change:
    wait = _wait_ms(account)
    if wait == 0:
        return Change((), ())
    path: Path = ("next_send_ms",)
    now_ms = to_milliseconds(now)
    if account.counter.next_send_ms > now_ms:
        last_start = to_milliseconds(now + patience) - (count - 1) * wait
        return Change((Add(path, count * wait),), (AtMost(path, last_start),))
    return Change((Set(path, now_ms + count * wait),), (AtMost(path, now_ms),))


def _open(account: Account, count: int, reservation_id: str, now: datetime) -> Change:
    path = ("reservations", reservation_id)
    record: dict[str, int | str] = {
        "count": count,
        "day": _today(account, now),
        "hour": _hour(account.counter, now),
        "generation": account.counter.generation,
        "at_ms": to_milliseconds(now),
    }
    return Change((Set(path, record),), (Absent(path), Equals(("generation",), account.counter.generation)))


def _give_back_day(counter: Counter, held: Reservation, unused: int) -> Change:
    if held.day == counter.day:
        return Change((Add(("day_used",), -unused),), (Equals(("day",), held.day),))
    if held.day in counter.finished:
        path = ("finished", held.day)
        return Change((Add(path, -unused),), (Present(path),))
    return Change((), (Absent(("finished", held.day)),))


def _give_back_hour(counter: Counter, held: Reservation, unused: int) -> Change:
    path = ("hours", str(held.hour))
    if held.hour not in counter.hours:
        return Change((), (Absent(path),))
    return Change((Add(path, -unused), Add(("rolling_used",), -unused)), (Present(path),))
