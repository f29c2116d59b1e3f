"""The rules of the quota: pure functions from what an account was seen to be to a change that must hold.

No change trusts what was seen: it requires the parts it relies on, so two senders that saw the same item can never
both take the last unit. Within one window only a bound is required, never an exact count, so that many senders
reserve at once without refusing each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from postroom.accounts.days import day_end
from postroom.accounts.lessons import lessons_as_seen, lessons_forgotten
from postroom.accounts.limits import Demand, own_spacing
from postroom.accounts.model import Account, Counter, Tally
from postroom.accounts.pace import are_slots_kept, plan_new_pace, slots_within, take_slots
from postroom.accounts.record import reservations_record
from postroom.accounts.tallies import count_outcomes, count_recent, forgotten_outcomes
from postroom.accounts.usage_now import Usage, usage_at
from postroom.accounts.windows import (
    at_most_used,
    count_in_day,
    count_in_hour,
    counted_day,
    current_hour,
    give_back_day,
    give_back_hour,
    keep_in_history,
)
from postroom.change import Absent, Add, Change, Equals, Present, Remove, Set, as_seen
from postroom.clock import to_milliseconds
from postroom.delivery.model import ReplyClass

_ALONE_FOR = timedelta(minutes=2)
"""A reservation that is older belongs to a sender that died; an account on trial waits for it no longer."""

_DROPPED_AT_ONCE = 100
"""Reservations, in one write: DynamoDB takes expressions of up to 4 KB."""

_NOTHING_TRIED = Tally()
ON_TRIAL_AGAIN = timedelta(seconds=3)
"""What waits for the outcome of an account's trial may ask again after this long."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``count`` mails, ``spacing_ms`` apart, that use ``units`` of the quota."""

    change: Change
    count: int
    units: int
    spacing_ms: int


def plan_reservation(
    account: Account, wanted: Sequence[Demand], reservation_id: str, now: datetime, patience: timedelta
) -> Plan | None:
    """The first of ``wanted``, as many as limit and pace allow; the last may have to wait up to ``patience``.

    None when that is none.
    """
    if not account.can_send(now) or (account.is_on_trial and _is_tried_now(account, now)):
        return None
    usage = usage_at(account, now)
    spacing = usage.limits.spacing_ms
    high = bool(wanted) and wanted[0].high and are_slots_kept(account, now)
    slots = slots_within(account, spacing, now, patience, high=high)
    open_to = list(takewhile(lambda one: one.high, wanted)) if high and spacing else wanted
    taken = _fitting(usage, open_to)[: min(slots, 1) if account.is_on_trial else slots]
    if not taken:
        return None
    count, units = len(taken), taken[-1][1]
    bound = min(usage.limits.open_to(demand) - used_up for demand, used_up in taken)
    change = (
        count_in_day(account, units, now)
        + count_in_hour(account.counter, units, now)
        + at_most_used(account, bound, now)
        + take_slots(account, count, spacing, now, patience, high=all(demand.high for demand, _ in taken))
        + _open(account, units, reservation_id, now)
        + _alone(account)
        + _ready(account)
    )
    return Plan(change, count, units, spacing)


def plan_settlement(account: Account, reservation_id: str, unused: int, tally: Tally = _NOTHING_TRIED) -> Change | None:
    """Closes a reservation, counts its tries and gives ``unused`` units back to the windows they came from.

    None: nothing is open.
    """
    held = account.counter.reservations.get(reservation_id)
    if held is None:
        return None
    path = ("reservations", reservation_id)
    counted = count_outcomes(account.counter, held.day, tally) + count_recent(account.counter, tally)
    closing = Change((Remove(path),), (Present(path),)) + counted
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


def plan_archived(counter: Counter, day: str) -> Change:
    """Forgets a finished day that the history now holds, unless it has changed since."""
    path = ("finished", day)
    return Change((Remove(path),), (Equals(path, counter.finished[day]),)) + forgotten_outcomes(counter, day)


def plan_reset(account: Account, now: datetime) -> Change:
    """Starts every window anew, at the limits that were set; what was sent stays in the history, and the pace holds.

    Open reservations stay open, but are not given back to the new windows. A rest for a used-up quota ends.
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
    anew = Change(windows, same) + keep_in_history(counter) + lessons_forgotten() + _end_of_rest_for_quota(account)
    return anew + plan_new_pace(account, own_spacing(account.config), now) if account.learned_spacing else anew


def plan_forgetting(account: Account, before: datetime) -> list[Change]:
    """Drops reservations of senders that died. What they held stays counted: perhaps it was sent."""
    dead = [key for key, held in account.counter.reservations.items() if held.at_ms < to_milliseconds(before)]
    removals = [Remove(("reservations", key)) for key in dead]
    return [
        Change(tuple(removals[start : start + _DROPPED_AT_ONCE])) for start in range(0, len(removals), _DROPPED_AT_ONCE)
    ]


def _end_of_rest_for_quota(account: Account) -> Change:
    error, rest = account.last_error, account.rest_until
    if rest is None or error is None or error.reply_class != ReplyClass.QUOTA:
        return Change(())
    # What a sender has begun meanwhile, or has met for another reason, goes on.
    same = (Equals(("rest_until_ms",), to_milliseconds(rest)), Equals(("faults",), account.faults))
    return Change((Remove(("rest_until_ms",)),), same)


def _ready(account: Account) -> Change:
    # With every rest the account may also have come on trial, so the very one that was seen must stand there.
    rest = to_milliseconds(account.rest_until) if account.rest_until else None
    as_it_was = as_seen(("rest_until_ms",), rest)
    same = Change((), (Equals(("status",), "active"), Equals(("revision",), account.revision), as_it_was))
    return same + lessons_as_seen(account)


def _fitting(usage: Usage, wanted: Sequence[Demand]) -> list[tuple[Demand, int]]:
    """The first for which there is room, each with what it and those before it use up."""
    limits, used_up, fitting = usage.limits, 0, list[tuple[Demand, int]]()
    for demand in wanted:
        if not limits.fits(demand, usage.sent + used_up):
            break
        used_up += demand.units(limits.unit)
        fitting.append((demand, used_up))
    return fitting


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
