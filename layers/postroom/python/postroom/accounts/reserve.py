"""Takes sends from an account's quota and pace, and gives back what was not used."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.accounts.limits import Demand
from postroom.accounts.model import Account, Tally
from postroom.accounts.pace import plan_booking, plan_no_bookings, plan_unbooking
from postroom.accounts.ports import AccountRows
from postroom.accounts.quota import Plan, plan_reservation, plan_settlement
from postroom.accounts.turns import take_turn
from postroom.accounts.windows import window_end
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.clock import Clock, from_milliseconds
from postroom.conditional import Applied
from postroom.priorities import Priority

TRIES = 4
"""A refused write tells how things stand, so the second try is right unless a window moved in between as well."""

_NOTHING_TRIED = Tally()


@dataclass(frozen=True, slots=True)
class Granted:
    """``count`` mails, the first at ``first_slot``, the others ``spacing`` apart, and none after ``valid_until``.

    ``units`` are what they use of the quota.
    """

    account: Account
    reservation_id: str
    count: int
    units: int
    first_slot: datetime
    spacing: timedelta
    valid_until: datetime

    def slot(self, index: int) -> datetime:
        return self.first_slot + index * self.spacing


class Reserve:
    def __init__(self, store: AccountRows, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(
        self, account: Account, wanted: Sequence[Demand], patience: timedelta, *, turn: int = 0
    ) -> Granted | None:
        """One idempotent conditional write; a refusal that still leaves some is asked again for those.

        None: nothing can be had now, or others were faster each time.

        Args:
            account: as it was last seen; it may be stale.
            wanted: the mails, of which the first are granted.
            patience: how long the last of them may wait for its slot.
            turn: where the account stands at least in the order of turns.
        """
        reservation_id = secrets.token_hex(6)
        seen = account
        for _ in range(TRIES):
            now = self._clock()
            plan = plan_reservation(seen, wanted, reservation_id, now, patience)
            if plan is None:
                return None
            change = plan.change + take_turn(seen, plan.count, turn)
            outcome = self._store.change(seen.tenant_id, seen.id, change)
            if isinstance(outcome, Applied):
                return _granted(outcome.row, reservation_id, plan, now)
            if outcome.row is None:
                return None
            seen = outcome.row
            held = seen.counter.reservations.get(reservation_id)
            if held is not None:  # Our own write, whose answer was lost.
                return self._granted_unseen(_granted(seen, reservation_id, plan, now))
        return None

    def _granted_unseen(self, granted: Granted) -> Granted | None:
        if not granted.spacing:
            return granted
        # Its slots are not known any more: another sender may have taken some since.
        Settle(self._store)(granted, granted.units)
        return None


class Settle:
    def __init__(self, store: AccountRows) -> None:
        self._store = store

    def __call__(self, granted: Granted, unused: int, tally: Tally = _NOTHING_TRIED) -> None:
        """Closes the reservation and counts its tries once, however often it is called; ``unused`` are units."""
        if self._settled(granted, unused, tally) is None:
            # Others were first each time, with counts of their own: what is held matters more than what is told.
            self._settled(granted, unused, _NOTHING_TRIED)

    def _settled(self, granted: Granted, unused: int, tally: Tally) -> Account | None:
        return change_until_applied(
            self._store, granted.account, lambda seen: plan_settlement(seen, granted.reservation_id, unused, tally)
        )


class Book:
    def __init__(self, store: AccountRows, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(
        self, account: Account, count: int, *, high: bool = False, until: datetime | None = None
    ) -> Sequence[datetime]:
        """Times at which ``count`` mails that found no slot may come again.

        ``high``: all are of high priority. ``until``: when the last of them expires.
        """
        now = self._clock()
        booking = plan_booking(account, count, now, high=high, until=until)

        def plan(seen: Account) -> Change:
            nonlocal booking
            booking = plan_booking(seen, count, now, high=high, until=until)
            return booking.change

        change_until_applied(self._store, account, plan)
        return booking.slots


class Unbook:
    def __init__(self, store: AccountRows, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def __call__(self, tenant_id: str, account_id: str, priority: Priority, slot: datetime | None) -> None:
        """Gives back the appointment of a mail that will not come."""
        high = priority is Priority.HIGH
        now = self._clock()
        account = self._store.get(tenant_id, account_id)
        if account is not None:
            change_until_applied(self._store, account, lambda seen: plan_unbooking(seen, slot, now, high=high))


class VoidBookings:
    def __init__(self, store: AccountRows) -> None:
        self._store = store

    def __call__(self, tenant_id: str, account_id: str) -> None:
        """Appointments are made anew from the next slot on, if the account is there still."""
        self._store.change(tenant_id, account_id, plan_no_bookings())


def change_until_applied(
    store: AccountRows,
    account: Account,
    plan: Callable[[Account], Change | None],
    told: Callable[[Account], Entries] = lambda _: (),
) -> Account | None:
    """Plans anew on what stood in the way. ``told``: what the change of an account leaves in the audit log.

    Returns the account as it then is, also when there is nothing to do; None when there is none any more, or others
    were faster each time.
    """
    seen = account
    for _ in range(TRIES):
        change = plan(seen)
        if change is None:
            return seen
        outcome = store.change(seen.tenant_id, seen.id, change, told(seen))
        if isinstance(outcome, Applied):
            return outcome.row
        if outcome.row is None:
            return None
        seen = outcome.row
    return None


def _granted(account: Account, reservation_id: str, plan: Plan, now: datetime) -> Granted:
    first_ms = account.counter.next_send_ms - plan.count * plan.spacing_ms
    first = max(from_milliseconds(first_ms), now) if plan.spacing_ms else now
    spacing = timedelta(milliseconds=plan.spacing_ms)
    return Granted(account, reservation_id, plan.count, plan.units, first, spacing, window_end(account, now))
