"""The rules of the quota: pure functions from what an account was seen to be to a change that must hold.

No change trusts what was seen: it requires the parts it relies on, so two senders that saw the same item can never
both take the last unit. Within one window only a bound is required, never an exact count, so that many senders
reserve at once without refusing each other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from postroom.accounts.days import day_end
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.pace import slots_within, take_slots
from postroom.accounts.record import reservations_record
from postroom.accounts.windows import (
    capacity_returns_at,
    count_in_day,
    count_in_hour,
    counted_day,
    current_hour,
    give_back_day,
    give_back_hour,
    keep_in_history,
    used,
    within_limit,
)
from postroom.change import Absent, Add, Change, Equals, Present, Remove, Set
from postroom.clock import from_milliseconds, to_milliseconds

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


def usage_at(account: Account, now: datetime) -> Usage:
    sent = used(account, now)
    return Usage(sent, max(0, account.config.daily_limit - sent), capacity_returns_at(account, now))


def plan_reservation(
    account: Account, wanted: int, reservation_id: str, now: datetime, patience: timedelta
) -> Plan | Denied:
    """As many of ``wanted`` sends as limit and pace allow; the last of them may have to wait up to ``patience``."""
    if account.config.status is not AccountStatus.ACTIVE:
        return Denied(Limit.INACTIVE, now)
    usage = usage_at(account, now)
    if usage.remaining == 0:
        return Denied(Limit.QUOTA, usage.resets_at)
    slots = slots_within(account, now, patience)
    if slots == 0:
        return Denied(Limit.PACE, from_milliseconds(account.counter.next_send_ms))
    if account.is_on_trial and _is_tried_now(account, now):
        return Denied(Limit.TRIAL, now + _ON_TRIAL_AGAIN)
    count = min(wanted, usage.remaining, slots, 1 if account.is_on_trial else slots)
    change = (
        count_in_day(account, count, now)
        + count_in_hour(account.counter, count, now)
        + within_limit(account, count, now)
        + take_slots(account, count, now, patience)
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
        + give_back_day(account.counter, held, unused)
        + give_back_hour(account.counter, held, unused)
    )


def plan_day_end(account: Account, now: datetime) -> Change | None:
    """Rolls the counter into today's date when it stands on an earlier one."""
    if counted_day(account, now) == account.counter.day:
        return None
    return count_in_day(account, 0, now)


def plan_next_visit(account: Account, now: datetime) -> Change:
    """Notes when the daily reset has to look at this account again."""
    end = day_end(counted_day(account, now), account.config.timezone)
    return Change((Set(("rolls_at",), to_milliseconds(end)),))


def plan_archived(day: str, count: int) -> Change:
    """Forgets a finished day that the history now holds, unless it has changed since."""
    path = ("finished", day)
    return Change((Remove(path),), (Equals(path, count),))


def plan_reset(account: Account, now: datetime) -> Change:
    """Starts every window anew; what was sent stays in the history, and the pace holds.

    Open reservations stay open, but are not given back to the new windows.
    """
    counter = account.counter
    hour = current_hour(counter, now)
    windows = (
        Set(("day_used",), 0),
        Set(("rolling_used",), 0),
        Set(("hour",), hour),
        Set(("hours",), {str(hour): 0}),
        Add(("generation",), 1),
    )
    same = (Equals(("generation",), counter.generation), Equals(("day",), counter.day))
    return Change(windows, same) + keep_in_history(counter)


def plan_forgetting(account: Account, before: datetime) -> Change | None:
    """Drops reservations of senders that died. What they held stays counted: perhaps it was sent."""
    dead = [key for key, held in account.counter.reservations.items() if held.at_ms < to_milliseconds(before)]
    if not dead:
        return None
    return Change(tuple(Remove(("reservations", key)) for key in dead), ())


def _is_tried_now(account: Account, now: datetime) -> bool:
    since = to_milliseconds(now - _ALONE_FOR)
    return any(held.at_ms > since for held in account.counter.reservations.values())


def _alone(account: Account) -> Change:
    if not account.is_on_trial:
        return Change((), ())
    return Change((), (Equals(("reservations",), reservations_record(account.counter)),))


def _open(account: Account, count: int, reservation_id: str, now: datetime) -> Change:
    path = ("reservations", reservation_id)
    record: dict[str, int | str] = {
        "count": count,
        "day": counted_day(account, now),
        "hour": current_hour(account.counter, now),
        "generation": account.counter.generation,
        "at_ms": to_milliseconds(now),
    }
    return Change((Set(path, record),), (Absent(path), Equals(("generation",), account.counter.generation)))
