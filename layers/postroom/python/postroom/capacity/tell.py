"""Tells what a tenant can send, what waits, and when that will have gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.accounts.limits import PLAIN, limits_at
from postroom.accounts.model import Account
from postroom.capacity.census import Census, TakeCensus
from postroom.capacity.crowds import Crowd, crowds_of
from postroom.capacity.forecast import HORIZON, forecast
from postroom.capacity.model import Outlook
from postroom.capacity.ports import AccountsOf, RulesFor
from postroom.capacity.standing import Standing, standing_of
from postroom.capacity.supply import sendable_now, sendable_until, today_ends_at
from postroom.clock import Clock
from postroom.delivery.demand import demand_of
from postroom.delivery.rules import Rules
from postroom.messages.model import Message, Priority, Status

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AccountCapacity:
    """How many plain mails of normal priority it can send; ``kept_for_high`` of its limit are for high priority."""

    standing: Standing
    now: int
    next_hour: int
    today: int
    today_ends_at: datetime
    kept_for_high: int

    @property
    def account(self) -> Account:
        return self.standing.account


@dataclass(frozen=True, slots=True)
class Blocked:
    """Messages of which it cannot be foretold when they go, and why."""

    count: int
    because: str


@dataclass(frozen=True, slots=True)
class Prospect:
    """One crowd of what waits, and what is foretold of it."""

    crowd: Crowd
    outlook: Outlook

    def names(self, pool_id: str | None) -> bool:
        return pool_id is not None and any(one.example.pool_id == pool_id for one in self.crowd.counted)


@dataclass(frozen=True, slots=True)
class Capacity:
    at: datetime
    accounts: tuple[AccountCapacity, ...]
    census: Census
    prospects: tuple[Prospect, ...]
    blocked: tuple[Blocked, ...]

    @property
    def hour_ends_at(self) -> datetime:
        return self.at + HOUR

    @property
    def gone_at(self) -> datetime | None:
        """When the last goes of what is not blocked; None when nothing of it waits."""
        return max((one.outlook.gone_at for one in self.prospects if one.outlook.gone_at), default=None)

    @property
    def drained_at(self) -> datetime | None:
        """When the last of all goes; None when some of it is blocked, or none was found where not all was looked at."""
        looked_at_all = not (self.census.at_least or self.census.sampled)
        if self.blocked or not (self.prospects or looked_at_all):
            return None
        return self.gone_at or self.at

    @property
    def will_go_in_an_hour(self) -> int:
        return round(sum(one.outlook.gone_by[self.hour_ends_at] for one in self.prospects))

    def waiting(self, status: Status | None = None, priority: Priority | None = None) -> int:
        return round(
            sum(
                one.count
                for prospect in self.prospects
                for one in prospect.crowd.counted
                if status in {None, one.example.status} and priority in {None, one.example.priority}
            )
        )


class TellCapacity:
    def __init__(self, accounts_of: AccountsOf, census: TakeCensus, rules_for: RulesFor, clock: Clock) -> None:
        self._accounts_of = accounts_of
        self._census = census
        self._rules_for = rules_for
        self._clock = clock

    def __call__(self, tenant_id: str, only: frozenset[str] | None = None, pool_id: str | None = None) -> Capacity:
        """``only``: these accounts, and what one of them may carry or what names the pool."""
        accounts = self._accounts_of(tenant_id)
        census, now = self._census(tenant_id), self._clock()
        rules = self._rules_for(tenant_id, [one.example for one in census.counted])
        prospects = _prospects(census, accounts, rules, now)
        concerned = [one for one in prospects if only is None or one.crowd.named & only or one.names(pool_id)]
        return Capacity(
            at=now,
            accounts=tuple(_capacity_of(account, now) for account in accounts if only is None or account.id in only),
            census=census,
            prospects=tuple(concerned),
            blocked=tuple(_blocked(one, accounts, rules, now) for one in concerned if one.outlook.gone_at is None),
        )


def _prospects(census: Census, accounts: Sequence[Account], rules: Rules, now: datetime) -> list[Prospect]:
    """Of all that waits: what uses other accounts as well is in the way of the rest."""
    crowds = crowds_of(census.counted, accounts, rules, now)
    outlooks = forecast(accounts, [crowd.group for crowd in crowds], now, [now + HOUR])
    return [Prospect(crowd, outlook) for crowd, outlook in zip(crowds, outlooks, strict=True)]


def _capacity_of(account: Account, now: datetime) -> AccountCapacity:
    ends_at = today_ends_at(account, now)
    return AccountCapacity(
        standing=standing_of(account, PLAIN, now),
        now=sendable_now(account, now),
        next_hour=sendable_until(account, now, now + HOUR),
        today=sendable_until(account, now, ends_at),
        today_ends_at=ends_at,
        kept_for_high=limits_at(account, now).kept,
    )


def _blocked(prospect: Prospect, accounts: Sequence[Account], rules: Rules, now: datetime) -> Blocked:
    example, left = prospect.crowd.counted[0].example, round(prospect.outlook.left)
    candidates = rules.candidates(example, accounts)
    if not candidates:
        return Blocked(left, rules.why_nobody(example))
    return Blocked(left, why_never(candidates, example, now) or f"They will not have gone in {HORIZON.days} days")


def why_never(candidates: Sequence[Account], message: Message, now: datetime) -> str | None:
    """None when one of the accounts could send it some day, if nobody does anything."""
    standings = [standing_of(account, demand_of(message), now) for account in candidates]
    if any(one.can_send or one.since for one in standings):
        return None
    first = standings[0]
    said = f"{first.account.config.email} {first.because}"
    return said if len(standings) == 1 else f"None of {len(standings)} accounts can send: {said}"
