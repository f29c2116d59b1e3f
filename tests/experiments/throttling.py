"""Senders share one account whose provider throttles, in a time of their own: days pass in seconds.

The policy is the product's: what may be reserved, at which pace, and what a refusal teaches. The provider counts for
itself.
"""

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from postroom.accounts.lessons import lessons_forgotten
from postroom.accounts.limits import PLAIN, limits_at
from postroom.accounts.model import Account
from postroom.accounts.report import ReportHealth
from postroom.accounts.reserve import Granted, Reserve, Settle
from postroom.accounts.usage_now import usage_at
from postroom.clock import from_milliseconds
from postroom.delivery.model import Phase, ReplyClass, Verdict
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.time import NOON, FakeClock

_BATCH = 10
_PATIENCE = timedelta(seconds=10)
_ROUND_TRIP = timedelta(milliseconds=100)
_RATE = Verdict(ReplyClass.RATE, Phase.MAIL, "450 4.2.1 too fast")
_QUOTA = Verdict(ReplyClass.QUOTA, Phase.MAIL, "550 5.4.5 Daily sending limit exceeded")


@dataclass
class Provider:
    """Takes ``per_minute`` from a bucket that holds a minute's, and ``daily`` in any 24 hours."""

    per_minute: int = 1_000_000
    daily: int = 1_000_000
    accepted: int = 0
    refused: int = 0
    _tokens: float = field(init=False)
    _at: datetime = NOON
    _taken: deque[datetime] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._tokens = self.per_minute

    def says(self, now: datetime) -> Verdict | None:
        """What is wrong with one more mail; None when it is taken."""
        self._tokens = min(self.per_minute, self._tokens + (now - self._at).total_seconds() * self.per_minute / 60)
        self._at = now
        while self._taken and self._taken[0] <= now - timedelta(days=1):
            self._taken.popleft()
        refusal = _QUOTA if len(self._taken) >= self.daily else _RATE if self._tokens < 1 else None
        if refusal is not None:
            self.refused += 1
            return refusal
        self._tokens -= 1
        self._taken.append(now)
        self.accepted += 1
        return None

    @property
    def refused_of_a_thousand(self) -> float:
        return 1000 * self.refused / max(1, self.accepted)


@dataclass
class Run:
    """``learns``: False throws away whatever was learned, as if there were only the rests."""

    account: Account
    provider: Provider
    learns: bool = True

    def __post_init__(self) -> None:
        self.clock, self.store = FakeClock(), MemoryAccounts()
        self.store.add(self.account)
        self._health = ReportHealth(self.store, self.clock)
        self._reserve, self._settle = Reserve(self.store, self.clock), Settle(self.store)
        self.beyond = 0

    def __call__(self, senders: int, lasting: timedelta) -> "Run":
        end, order = NOON + lasting, count()
        due = [(NOON, next(order), self._sender()) for _ in range(senders)]
        while due and due[0][0] < end:
            self.clock.now, _, sender = heapq.heappop(due)
            heapq.heappush(due, (next(sender), next(order), sender))
        return self

    def _sender(self) -> Iterator[datetime]:
        """Yields when it wants to go on."""
        while True:
            account = self._seen()
            if not account.can_send(self.clock()):
                yield account.rest_until or self.clock()
                continue
            granted = self._reserve(account, [PLAIN] * _BATCH, _PATIENCE)
            if granted is None:
                yield max(self._next_try(), self.clock() + timedelta(seconds=1))
                continue
            yield from self._send(granted)

    def _next_try(self) -> datetime:
        account = self._seen()
        usage = usage_at(account, self.clock())
        return from_milliseconds(account.counter.next_send_ms) if usage.remaining else usage.resets_at

    def _send(self, granted: Granted) -> Iterator[datetime]:
        self.beyond += limits_at(granted.account, self.clock()).daily > self.account.config.daily_limit
        sent, against = 0, None
        for index in range(granted.count):
            if granted.spacing:
                yield max(granted.slot(index), self.clock())
            said = self.provider.says(self.clock())
            sent, against = sent + (said is None), against or said
            if against and granted.spacing:
                break
        if against:
            self._refused(granted.account, against)
        else:
            self._health.success(granted.account)
        self._settle(granted, granted.units - sent)
        yield self.clock() + _ROUND_TRIP

    def _refused(self, account: Account, verdict: Verdict) -> None:
        self._health.fault(account, verdict)
        if not self.learns:
            self.store.change(account.tenant_id, account.id, lessons_forgotten())

    def _seen(self) -> Account:
        account = self.store.get(self.account.tenant_id, self.account.id)
        assert account is not None
        return account
