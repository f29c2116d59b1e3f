"""A sender of the simulation: the steps of ``SendBatch`` in their order, with the product's own rules, taking time.

What is known of accounts is kept by ``accounts.roster``, the choice is ``delivery.choose``, a reservation is planned by
``accounts.quota`` (and so by windows and pace), a log-in by ``accounts.sessions``, an appointment by ``accounts.pace``;
and each is tried as the product tries it: what was planned on an account as it was seen may meet it changed. Accounts
are never at fault here, nor on trial.
"""

import secrets
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from math import ceil
from random import Random
from typing import TYPE_CHECKING, NamedTuple, cast

from bench.scale.accounts import SimulatedAccounts
from bench.scale.assumed import Assumed
from bench.scale.engine import Engine, Parked, Process, Together
from bench.scale.queue import Mail, SimulatedQueue
from postroom.accounts.limits import PLAIN, limits_at
from postroom.accounts.logins import LOOK_AGAIN, LOOKS, TURN
from postroom.accounts.model import Account
from postroom.accounts.pace import PATIENCE, appointment, plan_booking
from postroom.accounts.quota import plan_reservation, plan_settlement
from postroom.accounts.reserve import TRIES
from postroom.accounts.roster import MOST_ACCOUNTS, Roster
from postroom.accounts.sessions import (
    HELD_FOR,
    OUTLASTS,
    Obstacle,
    is_registered,
    none_is_left,
    open_sessions,
    plan_closing,
    plan_holding,
    plan_login,
)
from postroom.accounts.usage_now import usage_at
from postroom.change import Change
from postroom.clock import to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.delivery.choose import Choose
from postroom.delivery.connections import PATIENCE as LOG_IN_PATIENCE
from postroom.delivery.eligible import Eligible
from postroom.delivery.keeper import IDLE_LIMIT
from postroom.delivery.registered import AGE_LIMIT
from postroom.delivery.rules import Rules
from postroom.delivery.send_batch import BREATH_FOR_EACH, LONGEST_BREATH, ROUNDS
from postroom.delivery.smtp.pipeline import FRESH_SECONDS

if TYPE_CHECKING:
    from postroom.accounts.ports import AccountStore
    from postroom.messages.model import Message

_ROWS_AT_ONCE = 100
_A_MOMENT = 1.0
"""After this long a mail comes again that found no room where no pace is kept."""


_Accounts = Mapping[str, Account]
"""By their ids."""


@dataclass
class Counted:
    sent: dict[int, float] = field(default_factory=dict)
    """When each mail was sent, by its id; a mail that is sent twice is a fault of the simulation."""
    waited: dict[str, list[float]] = field(default_factory=dict)
    logins: int = 0
    put_off: int = 0
    throttled: int = 0
    batches: int = 0
    lots: int = 0
    seconds: float = 0.0

    def take(self, mail: Mail, now: float) -> None:
        if mail.id in self.sent:
            raise AssertionError(f"{mail.id} was sent twice")
        self.sent[mail.id] = now
        self.waited.setdefault(mail.tenant_id, []).append(now - mail.queued)


@dataclass(frozen=True)
class Plant:
    """What all senders share."""

    engine: Engine
    queue: SimulatedQueue
    accounts: SimulatedAccounts
    counted: Counted
    assumed: Assumed
    random: Random


@dataclass(frozen=True)
class Policy:
    """How senders do it; the defaults are the product's, with the batches that are in its template or asked for.

    ``remembered``: how many accounts a sender remembers at most; with 0, each batch reads all of its tenant.
    """

    batch: int = 50
    batching_window: float = 1.0
    remembered: int = MOST_ACCOUNTS


class _Kept(NamedTuple):
    """A session that is open; ``ends``: until when its place is held, ``idle_since``: when it was last used."""

    id: str
    ends: float
    opened: float
    idle_since: float


class _Lot(NamedTuple):
    account: Account
    reservation_id: str
    mails: list[Mail]


class Sender:
    def __init__(self, plant: Plant, policy: Policy) -> None:
        self._plant = plant
        self.engine, self.queue, self.accounts = plant.engine, plant.queue, plant.accounts
        self.counted, self.assumed = plant.counted, plant.assumed
        self.policy = policy
        self._sessions: dict[str, _Kept] = {}
        self._processor_free = 0.0
        self._roster = Roster(cast("AccountStore", plant.accounts), lambda: plant.engine.now, policy.remembered)

    def work(self) -> Process:
        while True:
            yield Parked(self.queue.wait)
            if self.policy.batching_window and len(self.queue) < self.policy.batch:
                yield self.policy.batching_window
            batch = self.queue.receive(self.policy.batch)
            if not batch:
                continue
            began = self.engine.now
            yield from self._handle(batch)
            self.queue.delete(batch)
            self.counted.batches += 1
            self.counted.seconds += self.engine.now - began

    def _handle(self, batch: list[Mail]) -> Process:
        yield ceil(len(batch) / _ROWS_AT_ONCE) * self.assumed.dynamo
        ordered = sorted(batch, key=lambda mail: (mail.tenant_id, mail.id))
        of_tenants = [list(mails) for _, mails in groupby(ordered, key=lambda mail: mail.tenant_id)]
        smallest_first = sorted(of_tenants, key=len)
        yield Together(map(self._send_for, smallest_first), self.assumed.tenants_at_once)

    def _send_for(self, mails: list[Mail]) -> Process:
        tenant_id, pending, spent = mails[0].tenant_id, mails, set[str]()
        seen = yield from self._read(tenant_id, self._roster.known)
        yield ceil(len(mails) / _ROWS_AT_ONCE) * self.assumed.dynamo  # their contents
        for again in range(ROUNDS):
            if not pending:
                return
            if again:
                seen = yield from self._read(tenant_id, self._roster.known)
            lots: list[_Lot] = []
            pending = yield from self._reserve_all(seen, pending, spent, lots)
            if not lots:
                seen = yield from self._read(tenant_id, self._roster.recent)
                pending = yield from self._reserve_all(seen, pending, spent, lots)
            if not lots:
                break
            self.counted.lots += len(lots)
            refused: list[Mail] = []
            yield Together((self._send_lot(lot, refused, spent) for lot in lots), self.assumed.accounts_at_once)
            pending += refused
        if pending:
            if any(self._is_crowded(account) for account in seen.values()):
                yield min(LONGEST_BREATH, len(pending) * BREATH_FOR_EACH)
            yield from self._put_off(tenant_id, pending)

    def _is_usable(self, account: Account) -> bool:
        return account.can_send(self.engine.clock()) and self._has_place(account)

    def _is_crowded(self, account: Account) -> bool:
        return account.can_send(self.engine.clock()) and not self._has_place(account)

    def _has_place(self, account: Account) -> bool:
        now = self.engine.clock()
        return account.id in self._sessions or open_sessions(account, now) < limits_at(account, now).connections

    def _read(self, tenant_id: str, read: Callable[[str], _Accounts]) -> Generator[float, None, _Accounts]:
        before, accounts = self.accounts.lists, read(tenant_id)
        if self.accounts.lists > before:
            yield ceil(self.accounts.bytes_of(tenant_id) / self.assumed.page_bytes) * self.assumed.dynamo
        return accounts

    def _reserve_all(
        self, seen: _Accounts, pending: list[Mail], spent: set[str], lots: list[_Lot]
    ) -> Generator[float, None, list[Mail]]:
        """Gives back what found no account."""
        usable = [account for account in seen.values() if account.id not in spent and self._is_usable(account)]
        firsts = cast("Sequence[Message]", pending)
        now = self.engine.clock()
        assigned = Choose(self._plant.random)(firsts, usable, Eligible(Rules({}), usable, now), now)
        left = {mail.id: mail for mail in pending}
        for account_id, share in assigned.items():
            mails = cast("list[Mail]", share.messages)
            key = secrets.token_hex(6)
            account, granted = yield from self._reserve(seen[account_id], len(mails), key)
            if granted < len(mails) or limits_at(account, now).spacing_ms:
                spent.add(account_id)
            if granted:
                lots.append(_Lot(account, key, mails[:granted]))
            for mail in mails[:granted]:
                del left[mail.id]
        return list(left.values())

    def _write(self, account: Account, change: Change) -> Generator[float, None, Applied[Account] | Refused[Account]]:
        yield self.assumed.dynamo
        while wait := self.accounts.throttled(account.id):
            self.counted.throttled += 1
            yield wait
        outcome = self.accounts.change(account.tenant_id, account.id, change)
        if outcome.row:
            self._roster.learn(outcome.row)
        return outcome

    def _reserve(self, account: Account, wanted: int, key: str) -> Generator[float, None, tuple[Account, int]]:
        seen = account
        for _ in range(TRIES):
            plan = plan_reservation(seen, [PLAIN] * wanted, key, self.engine.clock(), PATIENCE)
            if plan is None:
                return seen, 0
            outcome = yield from self._write(seen, plan.change)
            if isinstance(outcome, Applied):
                return outcome.row, plan.count
            seen = outcome.row or seen
        return seen, 0

    def _send_lot(self, lot: _Lot, refused: list[Mail], spent: set[str]) -> Process:
        session = yield from self._take_session(lot.account)
        if session is None:
            refused += lot.mails
            spent.add(lot.account.id)
            yield from self._settle(lot, unused=len(lot.mails))
            return
        is_fresh = self.engine.now - session.idle_since <= FRESH_SECONDS
        for window in self._windows(lot.mails, proven=is_fresh):
            yield from self._compute(window)
            yield self.assumed.mails(len(window))
            for mail in window:
                self.counted.take(mail, self.engine.now)
        now = self.engine.clock()
        if none_is_left(lot.account, now, now - TURN):
            yield from self._close(lot.account, session)
        else:
            self._sessions[lot.account.id] = session._replace(idle_since=self.engine.now)
        yield from self._settle(lot, unused=0)

    def _windows(self, mails: list[Mail], *, proven: bool) -> list[list[Mail]]:
        alone, size = 0 if proven else 1, self.assumed.window
        windows = [mails[start : start + size] for start in range(alone, len(mails), size)]
        return [mails[:alone], *windows] if alone else windows

    def _compute(self, mails: list[Mail]) -> Process:
        """Mail by mail on one processor, with others in between."""
        for _ in mails:
            self._processor_free = max(self._processor_free, self.engine.now) + self.assumed.computing
            yield self._processor_free - self.engine.now

    def _take_session(self, account: Account) -> Generator[float, None, _Kept | None]:
        """The one that is kept, or a new one; None where the account has no room for another."""
        yield from self._close_idle()
        kept = self._sessions.pop(account.id, None)
        if kept and (renewed := (yield from self._renewed(account, kept))):
            return renewed
        session_id, began = secrets.token_hex(4), self.engine.now
        if not (yield from self._permitted(account, session_id)):
            return None
        self.counted.logins += 1
        yield self.assumed.login_turns * self.assumed.smtp_turn
        ends = yield from self._hold(account, session_id)
        return _Kept(session_id, ends, began, float("-inf"))

    def _renewed(self, account: Account, kept: _Kept) -> Generator[float, None, _Kept | None]:
        if self.engine.now - kept.opened > AGE_LIMIT:
            yield from self._close(account, kept)
            return None
        if self.engine.now + OUTLASTS.total_seconds() <= kept.ends:
            return kept
        ends = yield from self._hold(account, kept.id)
        return kept._replace(ends=ends) if is_registered(self.accounts.get(account.id), kept.id) else None

    def _close_idle(self) -> Generator[float, None, None]:
        since = self.engine.now - IDLE_LIMIT
        idle = {account_id: kept for account_id, kept in self._sessions.items() if kept.idle_since < since}
        for account_id in idle:
            del self._sessions[account_id]
        for account_id, kept in idle.items():
            yield from self._close(self.accounts.get(account_id), kept)

    def _close(self, account: Account, kept: _Kept) -> Generator[float, None, None]:
        if kept.ends > self.engine.now:
            yield from self._write_until_applied(account, lambda seen: plan_closing(seen, kept.id))

    def _permitted(self, account: Account, session_id: str) -> Generator[float, None, bool]:
        waited, seen = timedelta(), account
        for _ in range(LOOKS):
            plan = plan_login(seen, session_id, self.engine.clock())
            if isinstance(plan, Change):
                outcome = yield from self._write(seen, plan)
                if isinstance(outcome, Applied):
                    return True
                seen = outcome.row or seen
            elif plan is Obstacle.LOGGING_IN and waited + LOOK_AGAIN <= LOG_IN_PATIENCE:
                yield LOOK_AGAIN.total_seconds()
                waited += LOOK_AGAIN
                seen = self.accounts.get(account.id)
                self._roster.learn(seen)
                self.accounts.read += 1
            else:
                return False
        return False

    def _hold(self, account: Account, session_id: str) -> Generator[float, None, float]:
        """Gives back until when."""
        now, at = self.engine.now, self.engine.clock()
        ends = at + HELD_FOR
        yield from self._write_until_applied(
            self.accounts.get(account.id), lambda seen: plan_holding(seen, session_id, ends)
        )
        return now + HELD_FOR.total_seconds()

    def _settle(self, lot: _Lot, *, unused: int) -> Generator[float, None, None]:
        yield from self._write_until_applied(
            self.accounts.get(lot.account.id), lambda seen: plan_settlement(seen, lot.reservation_id, unused)
        )

    def _write_until_applied(
        self, account: Account, plan: Callable[[Account], Change | None]
    ) -> Generator[float, None, None]:
        seen = account
        for _ in range(TRIES):
            change = plan(seen)
            if change is None:
                return
            outcome = yield from self._write(seen, change)
            if isinstance(outcome, Applied):
                return
            seen = outcome.row or seen

    def _put_off(self, tenant_id: str, pending: list[Mail]) -> Process:
        """An appointment for each with the account that is booked least; without any, nothing comes again."""
        ready = self._ready((yield from self._read(tenant_id, self._roster.recent)))
        if not ready:
            yield ceil(len(pending) / self.assumed.claims_at_once) * self.assumed.dynamo
            ready = self._ready((yield from self._read(tenant_id, self._roster.fresh)))
        if not ready:
            return
        self.counted.put_off += len(pending)
        now = self.engine.clock()
        appointments: dict[str, list[Mail]] = {}
        for mail in pending:
            soonest = min(ready, key=lambda each: appointment(each, len(appointments.get(each.id, ())), now))
            appointments.setdefault(soonest.id, []).append(mail)
        for account in ready:
            if account.id in appointments:
                yield from self._appoint(account, appointments[account.id])
                # Each of their rows, and the queue by tens.
                yield 2 * ceil(len(appointments[account.id]) / self.assumed.claims_at_once) * self.assumed.dynamo

    def _ready(self, accounts: _Accounts) -> list[Account]:
        now = self.engine.clock()
        return [each for each in accounts.values() if each.can_send(now) and usage_at(each, now).remaining]

    def _appoint(self, account: Account, mails: list[Mail]) -> Process:
        now, now_ms = self.engine.clock(), to_milliseconds(self.engine.clock())
        wait_ms = limits_at(account, now).spacing_ms
        yield from self._write_until_applied(account, lambda seen: plan_booking(seen, len(mails), now).change)
        first = self.accounts.get(account.id).counter.booked_ms - len(mails) * wait_ms - now_ms
        for number, mail in enumerate(mails):
            after = max((first + number * wait_ms) / 1000, 0.0 if wait_ms else _A_MOMENT)
            self.engine.start(self._come_again(mail), after=after)

    def _come_again(self, mail: Mail) -> Process:
        yield 0.0
        self.queue.put(mail)
