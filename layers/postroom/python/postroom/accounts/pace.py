"""The pace: how many mails an account sends one after another, and appointments for those that find no slot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.accounts.limits import limits_at, own_spacing, spacing_is_whole_at
from postroom.accounts.model import Account
from postroom.change import Add, AtMost, Change, Equals, Path, Present, Remove, Requirement, Set, as_seen
from postroom.clock import from_milliseconds, to_milliseconds

PATIENCE = timedelta(seconds=1)
"""The longest wait for an account's pace that is slept through; Lambda is paid for it."""

NOBODY_COMES = timedelta(minutes=2)
"""After so long a kept slot is anybody's: its mail was cancelled, has expired, or went elsewhere."""

_NOBODY_COMES_MS = round(NOBODY_COMES.total_seconds() * 1000)
_BOOKED: Path = ("booked_ms",)
_URGENT: Path = ("urgent_ms",)
_UNPACED = 2**31
"""More than anybody wants at once."""


def slots_within(account: Account, wait: int, now: datetime, patience: timedelta, *, high: bool = False) -> int:
    """``wait`` are the milliseconds between two mails. Slots that are kept are there for ``high`` priority alone."""
    if wait == 0:
        return _UNPACED
    if not high and are_slots_kept(account, now):
        return 0
    start = max(account.counter.next_send_ms, to_milliseconds(now))
    latest = to_milliseconds(now + patience)
    return 0 if start > latest else (latest - start) // wait + 1


def are_slots_kept(account: Account, now: datetime) -> bool:
    """Whether the next slot is for a mail of high priority that has an appointment.

    Where appointments were all alike, a password reset would wait behind ten thousand mails of a campaign.
    """
    return kept_until_ms(account) > max(account.counter.next_send_ms, to_milliseconds(now))


def kept_until_ms(account: Account) -> int:
    """Until when mails of other priorities find no slot, if nobody comes for those that are kept."""
    return min(account.counter.urgent_ms, account.counter.next_send_ms + _NOBODY_COMES_MS)


def take_slots(  # noqa: PLR0913 - all that decides on it
    account: Account, count: int, wait: int, now: datetime, patience: timedelta, *, high: bool = False
) -> Change:
    """``high``: all of them are of high priority. The others require that none has been kept meanwhile."""
    path: Path = ("next_send_ms",)
    now_ms = to_milliseconds(now)
    if wait == 0:
        return Change((Set(path, now_ms),))
    free = _past_the_kept(account, now, high=high)
    if account.counter.next_send_ms > now_ms:
        last_start = to_milliseconds(now + patience) - (count - 1) * wait
        return free + Change((Add(path, count * wait),), (AtMost(path, last_start),))
    return free + Change((Set(path, now_ms + count * wait),), (AtMost(path, now_ms),))


@dataclass(frozen=True, slots=True)
class Booking:
    change: Change
    slots: tuple[datetime, ...]


def appointment(account: Account, index: int, now: datetime, *, high: bool = False) -> int:
    """When a mail may come again that found no slot, in milliseconds: behind all that are booked and ``index`` others.

    One of ``high`` priority comes behind its like alone.
    What was learned holds no longer than it will last: from then on the appointments are as far apart as without it.
    """
    counter, own_ms = account.counter, own_spacing(account.config)
    behind = counter.urgent_ms if high else max(counter.booked_ms, kept_until_ms(account))
    start = max(behind, counter.next_send_ms, to_milliseconds(now))
    wait, whole = limits_at(account, now).spacing_ms, to_milliseconds(spacing_is_whole_at(account))
    if wait == own_ms or start >= whole:
        return start + index * own_ms
    slower = -((start - whole) // wait)
    if index < slower:
        return start + index * wait
    return max(whole, start + (slower - 1) * wait + own_ms) + (index - slower) * own_ms


def plan_booking(
    account: Account, count: int, now: datetime, *, high: bool = False, until: datetime | None = None
) -> Booking:
    """Appointments for ``count`` mails that found no slot, the last of which expires at ``until``.

    Without them, a thousand waiting mails would all come back at once for a single slot. A booking takes no quota, and
    no slots that come too late.
    """
    *slots, end = (appointment(account, index, now, high=high) for index in range(count + 1))
    if until is not None:
        end = next((slot for slot in slots if slot >= to_milliseconds(until)), end)
    if high:
        change = Change((Set(_URGENT, end),), (_urgent_as_seen(account),))
    else:
        change = Change((Set(_BOOKED, end),), (Equals(_BOOKED, account.counter.booked_ms),))
    return Booking(change, tuple(map(from_milliseconds, slots)))


def plan_unbooking(account: Account, slot: datetime | None, now: datetime, *, high: bool = False) -> Change | None:
    """Gives back one appointment. Those behind it keep their times; who is booked next closes the gap.

    Of high priority only the last one: slots are kept up to it, and those behind another's would be kept no longer.
    """
    path, seen = (_URGENT, account.counter.urgent_ms) if high else (_BOOKED, account.counter.booked_ms)
    wait = limits_at(account, from_milliseconds(seen)).spacing_ms
    if wait == 0 or seen - wait < to_milliseconds(now):
        return None
    if high and (slot is None or to_milliseconds(slot) + wait < seen):
        return None
    return Change((Add(path, -wait),), (Equals(path, seen),))


def plan_no_bookings() -> Change:
    return Change((Set(_BOOKED, 0), Remove(_URGENT)), (Present(_BOOKED),))


def plan_new_pace(account: Account, spacing_ms: int, now: datetime) -> Change:
    """A new pace holds from the last mail on. Appointments were made by the old one, and are made anew."""
    seen = account.counter.next_send_ms
    last_ms = min(seen - own_spacing(account.config), to_milliseconds(now + PATIENCE))
    next_send_ms = max(0, last_ms + spacing_ms) if seen else 0
    same = Equals(("next_send_ms",), seen)
    return Change((Set(("next_send_ms",), next_send_ms), Set(_BOOKED, 0), Remove(_URGENT)), (same,))


def _past_the_kept(account: Account, now: datetime, *, high: bool) -> Change:
    # What holds no longer is forgotten: with it, the row of a busy account is more than one unit of a write, and when
    # nobody has come for a slot, those behind it would wait as long each. Who comes late has the next one kept anew.
    if account.counter.urgent_ms and not are_slots_kept(account, now):
        return Change((Remove(_URGENT),), (_urgent_as_seen(account),))
    return Change(()) if high else Change((), (_urgent_as_seen(account),))


def _urgent_as_seen(account: Account) -> Requirement:
    return as_seen(_URGENT, account.counter.urgent_ms or None)
