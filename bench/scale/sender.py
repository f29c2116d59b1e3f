"""A sender of the simulation: the steps of ``SendBatch`` in their order, with the product's own rules, taking time.

The choice is ``delivery.choose``, a reservation is planned by ``accounts.quota`` (and so by windows and pace), a log-in
by ``accounts.sessions``, an appointment by ``accounts.pace``; and each is tried as the product tries it: what was
planned on an account as it was seen may meet it changed.
"""

import secrets
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from math import ceil
from random import Random
from typing import TYPE_CHECKING, cast

from bench.scale.accounts import SimulatedAccounts
from bench.scale.assumed import Assumed
from bench.scale.engine import Engine, Parked, Process, Together
from bench.scale.queue import Mail, SimulatedQueue
from postroom.accounts.model import Account
from postroom.accounts.pace import plan_booking
from postroom.accounts.quota import Denied, plan_reservation, plan_settlement, usage_at
from postroom.accounts.sessions import Obstacle, is_registered, plan_holding, plan_login
from postroom.change import Change
from postroom.clock import to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.delivery.choose import Choose

if TYPE_CHECKING:
    from postroom.messages.model import Message

_ROUNDS = 4
_TRIES = 4
_PATIENCE = timedelta(seconds=1)
_ROWS_AT_ONCE = 100
_ACCOUNTS_A_SECOND = 100
_A_MOMENT = 3.0
"""After this long a mail comes again that found no room where no pace is kept."""

_LOOK_AGAIN = 0.2
_LOGIN_PATIENCE = 2.0
_HELD_SECONDS = 120.0
_RENEWED_BEFORE = 60.0


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

    ``smallest_first``: the tenants of a batch are served by how much they have in it, not by their ids. ``block``: so
    many mails are given to an account at a time, not each by itself. ``remembered``: the list of a tenant's accounts is
    read again when it is a second old for each hundred of them, and is kept up by what every write gives back.
    """

    batch: int = 50
    batching_window: float = 1.0
    smallest_first: bool = False
    block: int = 1
    remembered: bool = False


class Sender:
    def __init__(self, plant: Plant, policy: Policy) -> None:
        self._plant = plant
        self.engine, self.queue, self.accounts = plant.engine, plant.queue, plant.accounts
        self.counted, self.assumed = plant.counted, plant.assumed
        self.policy = policy
        self._sessions: dict[str, tuple[str, float]] = {}
        self._read_at: dict[str, float] = {}

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
        for tenant_id, mails in self._by_tenant(batch):
            yield from self._send_for(tenant_id, mails)

    def _by_tenant(self, batch: list[Mail]) -> list[tuple[str, list[Mail]]]:
        ordered = sorted(batch, key=lambda mail: (mail.tenant_id, mail.id))
        groups = [(tenant, list(mails)) for tenant, mails in groupby(ordered, key=lambda mail: mail.tenant_id)]
        return sorted(groups, key=lambda group: len(group[1])) if self.policy.smallest_first else groups

    def _send_for(self, tenant_id: str, mails: list[Mail]) -> Process:
        pending, spent = mails, set[str]()
        yield ceil(len(mails) / _ROWS_AT_ONCE) * self.assumed.dynamo  # their contents
        for _ in range(_ROUNDS):
            if not pending:
                return
            seen = yield from self._accounts_of(tenant_id)
            lots: list[tuple[Account, str, list[Mail]]] = []
            usable = [account for account in seen if account.id not in spent and account.can_send(self.engine.clock())]
            pending = yield from self._reserve_all(usable, pending, spent, lots)
            if not lots:
                break
            self.counted.lots += len(lots)
            yield self.assumed.computing * sum(len(mails) for _, _, mails in lots)
            refused: list[Mail] = []
            yield Together((self._send_lot(*lot, refused, spent) for lot in lots), self.assumed.accounts_at_once)
            pending += refused
        yield from self._put_off(tenant_id, pending)

    def _accounts_of(self, tenant_id: str) -> Generator[float, None, tuple[Account, ...]]:
        now, known = self.engine.now, self.accounts.known(tenant_id)
        age = now - self._read_at.get(tenant_id, float("-inf"))
        if self.policy.remembered and age * _ACCOUNTS_A_SECOND < len(known):
            return known
        self._read_at[tenant_id] = now
        self.accounts.pay_for_reading(tenant_id)
        yield ceil(self.accounts.bytes_of(tenant_id) / self.assumed.page_bytes) * self.assumed.dynamo
        return known

    def _reserve_all(
        self, usable: list[Account], pending: list[Mail], spent: set[str], lots: list[tuple[Account, str, list[Mail]]]
    ) -> Generator[float, None, list[Mail]]:
        """Gives back what found no account."""
        assigned = self._assign(pending, usable)
        left = {mail.id: mail for mail in pending}
        by_id = {account.id: account for account in usable}
        for account_id, mails in assigned.items():
            key = secrets.token_hex(6)
            granted = yield from self._reserve(by_id[account_id], len(mails), key)
            if granted < len(mails):
                spent.add(account_id)
            if granted:
                lots.append((by_id[account_id], key, mails[:granted]))
            for mail in mails[:granted]:
                del left[mail.id]
        return list(left.values())

    def _assign(self, pending: list[Mail], usable: list[Account]) -> dict[str, list[Mail]]:
        size = self.policy.block
        blocks = {pending[start].id: pending[start : start + size] for start in range(0, len(pending), size)}
        firsts = cast("Sequence[Message]", [block[0] for block in blocks.values()])
        assigned = Choose(self._plant.random)(firsts, usable, self.engine.clock())
        return {
            account_id: [mail for first in chosen for mail in blocks[cast("int", first.id)]]
            for account_id, chosen in assigned.items()
        }

    def _write(self, account: Account, change: Change) -> Generator[float, None, Applied[Account] | Refused[Account]]:
        yield self.assumed.dynamo
        while wait := self.accounts.throttled(account.id):
            self.counted.throttled += 1
            yield wait
        return self.accounts.change(account.tenant_id, account.id, change)

    def _reserve(self, account: Account, wanted: int, key: str) -> Generator[float, None, int]:
        seen = account
        for _ in range(_TRIES):
            plan = plan_reservation(seen, wanted, key, self.engine.clock(), _PATIENCE)
            if isinstance(plan, Denied):
                return 0
            outcome = yield from self._write(seen, plan.change)
            if isinstance(outcome, Applied):
                return plan.count
            seen = outcome.row or seen
        return 0

    def _send_lot(self, account: Account, key: str, mails: list[Mail], refused: list[Mail], spent: set[str]) -> Process:
        has_session = yield from self._take_session(account)
        if not has_session:
            refused += mails
            spent.add(account.id)
            yield from self._settle(account, key, unused=len(mails))
            return
        for start in range(0, len(mails), self.assumed.window):
            window = mails[start : start + self.assumed.window]
            yield self.assumed.mails(len(window))
            for mail in window:
                self.counted.take(mail, self.engine.now)
        yield from self._settle(account, key, unused=0)

    def _take_session(self, account: Account) -> Generator[float, None, bool]:
        """The one that is kept, or a new one; nothing where the account has no room for another."""
        session_id, ends = self._sessions.get(account.id, ("", 0.0))
        if self.engine.now + _RENEWED_BEFORE < ends:
            return True
        if session_id and (yield from self._hold(account, session_id)):
            return True
        session_id = secrets.token_hex(4)
        if not (yield from self._permitted(account, session_id)):
            return False
        self.counted.logins += 1
        yield self.assumed.login_turns * self.assumed.smtp_turn
        yield from self._hold(account, session_id)
        return True

    def _permitted(self, account: Account, session_id: str) -> Generator[float, None, bool]:
        began, seen = self.engine.now, account
        while self.engine.now - began <= _LOGIN_PATIENCE:
            plan = plan_login(seen, session_id, self.engine.clock())
            if isinstance(plan, Change):
                outcome = yield from self._write(seen, plan)
                if isinstance(outcome, Applied):
                    return True
                seen = outcome.row or seen
            elif plan is Obstacle.LOGGING_IN:
                yield _LOOK_AGAIN
                seen = self.accounts.get(account.id)
                self.accounts.read += 1
            else:
                return False
        return False

    def _hold(self, account: Account, session_id: str) -> Generator[float, None, bool]:
        ends = self.engine.now + _HELD_SECONDS
        seen = self.accounts.get(account.id)
        for _ in range(_TRIES):
            plan = plan_holding(seen, session_id, self.engine.clock() + timedelta(seconds=_HELD_SECONDS))
            if plan is None:
                break
            outcome = yield from self._write(seen, plan)
            seen = outcome.row or seen
            if isinstance(outcome, Applied):
                break
        self._sessions[account.id] = session_id, ends
        return is_registered(seen, session_id)

    def _settle(self, account: Account, key: str, *, unused: int) -> Process:
        seen = self.accounts.get(account.id)
        for _ in range(_TRIES):
            change = plan_settlement(seen, key, unused)
            if change is None:
                return
            outcome = yield from self._write(account, change)
            if isinstance(outcome, Applied):
                return
            seen = outcome.row or seen

    def _put_off(self, tenant_id: str, pending: list[Mail]) -> Process:
        """Appointments with the accounts that could send, one behind the other; without any, nothing comes again."""
        if not pending:
            return
        now = self.engine.clock()
        ready = [
            each for each in self.accounts.known(tenant_id) if each.can_send(now) and usage_at(each, now).remaining
        ]
        self.counted.put_off += len(pending)
        self.accounts.pay_for_reading(tenant_id)
        shares = [pending[number :: len(ready)] for number in range(len(ready))]
        for account, mails in zip(sorted(ready, key=lambda each: each.counter.booked_ms), shares, strict=True):
            if mails:
                yield from self._appoint(account, mails)

    def _appoint(self, account: Account, mails: list[Mail]) -> Process:
        seen = account
        for _ in range(_TRIES):
            plan, wait_ms = plan_booking(seen, len(mails), self.engine.clock())
            outcome = yield from self._write(seen, plan)
            seen = outcome.row or seen
            if isinstance(outcome, Applied):
                break
        first = seen.counter.booked_ms - len(mails) * wait_ms - to_milliseconds(self.engine.clock())
        for number, mail in enumerate(mails):
            after = max((first + number * wait_ms) / 1000, 0.0 if wait_ms else _A_MOMENT)
            self.engine.start(self._come_again(mail), after=after)

    def _come_again(self, mail: Mail) -> Process:
        yield 0.0
        self.queue.put(mail)
