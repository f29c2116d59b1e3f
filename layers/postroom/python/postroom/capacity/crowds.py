"""What was counted, in groups with the same accounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.limits import Demand, whole_limits
from postroom.accounts.model import Account
from postroom.capacity.census import Counted
from postroom.capacity.model import Group
from postroom.delivery.demand import demand_of
from postroom.delivery.rules import Rules
from postroom.messages.model import Message, Priority

_Wishes = tuple[str | None, str | None]
"""The account and the pool that a message names."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """A group, and what was counted of it. ``named``: the accounts that may carry it at all, able or not."""

    group: Group
    named: frozenset[str]
    counted: tuple[Counted, ...]


def crowds_of(counted: Iterable[Counted], accounts: Sequence[Account], rules: Rules, now: datetime) -> list[Crowd]:
    """Puts together what has the same priority and the same accounts that take it.

    Only there may an average stand for each: a mail to one and a mail to five hundred have other accounts.
    """
    labels = _Labels(accounts, rules, now)
    together: dict[_Label, list[Counted]] = {}
    for one in counted:
        together.setdefault(labels.of(one.example), []).append(one)
    return [Crowd(_group(label, alike), label.named, tuple(alike)) for label, alike in together.items()]


@dataclass(frozen=True, slots=True)
class _Label:
    """``apart``: no account takes these, each for a reason of its own."""

    priority: Priority
    named: frozenset[str]
    takers: frozenset[str]
    apart: tuple[_Wishes, int] | None


class _Labels:
    def __init__(self, accounts: Sequence[Account], rules: Rules, now: datetime) -> None:
        self._accounts = accounts
        self._rules = rules
        self._limits = {account.id: whole_limits(account, now) for account in accounts}
        self._kinds = frozenset(self._limits.values())
        self._named: dict[_Wishes, frozenset[str]] = {}
        self._takers: dict[tuple[_Wishes, Demand], frozenset[str]] = {}

    def of(self, message: Message) -> _Label:
        wishes, demand = (message.account_id, message.pool_id), demand_of(message)
        if wishes not in self._named:
            self._named[wishes] = frozenset(one.id for one in self._rules.candidates(message, self._accounts))
        named = self._named[wishes]
        if (wishes, demand) not in self._takers:
            self._takers[wishes, demand] = self._that_take(demand, named)
        takers = self._takers[wishes, demand]
        return _Label(message.priority, named, takers, None if takers else (wishes, demand.recipients))

    def _that_take(self, demand: Demand, named: frozenset[str]) -> frozenset[str]:
        # As a rule all of them: of ten thousand accounts few have limits of their own.
        if all(limits.takes(demand) for limits in self._kinds):
            return named
        return frozenset(one for one in named if self._limits[one].takes(demand))


def _group(label: _Label, alike: Sequence[Counted]) -> Group:
    returning: dict[datetime, float] = {}
    for one in alike:
        returning[one.returns_at] = returning.get(one.returns_at, 0.0) + one.count
    count, recipients = sum(one.count for one in alike), sum(one.recipients for one in alike)
    return Group(label.priority, label.takers, returning, max(1.0, recipients / count))
