"""The pace: how many mails an account sends one after another, and appointments for those that find no slot."""

from datetime import datetime, timedelta

from postroom.accounts.limits import limits_at
from postroom.accounts.model import Account
from postroom.change import Add, AtMost, Change, Equals, Path, Present, Set
from postroom.clock import to_milliseconds

_UNPACED = 2**31
"""More than anybody wants at once."""


def slots_within(account: Account, wait: int, now: datetime, patience: timedelta) -> int:
    """``wait`` are the milliseconds between two mails."""
    if wait == 0:
        return _UNPACED
    start = max(account.counter.next_send_ms, to_milliseconds(now))
    latest = to_milliseconds(now + patience)
    return 0 if start > latest else (latest - start) // wait + 1


def take_slots(account: Account, count: int, wait: int, now: datetime, patience: timedelta) -> Change:
    path: Path = ("next_send_ms",)
    now_ms = to_milliseconds(now)
    if wait == 0:
        return Change((Set(path, now_ms),))
    if account.counter.next_send_ms > now_ms:
        last_start = to_milliseconds(now + patience) - (count - 1) * wait
        return Change((Add(path, count * wait),), (AtMost(path, last_start),))
    return Change((Set(path, now_ms + count * wait),), (AtMost(path, now_ms),))


def plan_booking(account: Account, count: int, now: datetime) -> tuple[Change, int]:
    """Appointments for ``count`` mails that found no slot: one after another behind all that are booked.

    Returns the change and the milliseconds between two of them. Without appointments, a thousand waiting mails would
    all come back at once for a single slot. A booking takes no quota.
    """
    wait = limits_at(account, now).spacing_ms
    counter = account.counter
    behind = max(counter.next_send_ms, to_milliseconds(now))
    if counter.booked_ms > behind:
        return Change((Add(("booked_ms",), count * wait),), (AtMost(("booked_ms",), counter.booked_ms),)), wait
    change = Change((Set(("booked_ms",), behind + count * wait),), (Equals(("booked_ms",), counter.booked_ms),))
    return change, wait


def plan_unbooking(account: Account, now: datetime) -> Change | None:
    """Gives back one appointment. Those behind it keep their times; who is booked next closes the gap."""
    wait = limits_at(account, now).spacing_ms
    seen = account.counter.booked_ms
    if wait == 0 or seen - wait < to_milliseconds(now):
        return None
    return Change((Add(("booked_ms",), -wait),), (Equals(("booked_ms",), seen),))


def plan_no_bookings() -> Change:
    return Change((Set(("booked_ms",), 0),), (Present(("booked_ms",)),))


def plan_new_pace(account: Account, min_wait_time: float) -> Change:
    """A new pace holds from the last mail on. Appointments were made by the old one, and are made anew."""
    counter = account.counter
    last_ms = counter.next_send_ms - round(account.config.min_wait_time * 1000)
    next_send_ms = max(0, last_ms + round(min_wait_time * 1000)) if counter.next_send_ms else 0
    same = Equals(("next_send_ms",), counter.next_send_ms)
    return Change((Set(("next_send_ms",), next_send_ms), Set(("booked_ms",), 0)), (same,))
