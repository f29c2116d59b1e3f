"""When what waits will have gone: a calculation in steps that grow with their distance.

Mails are counted and not followed one by one. In each step those that come to a sender are spread over the accounts
that have room; the others are given appointments, or wait until an account has more, by the rules of
``delivery.waiting``. So what a paced account was given stays with it for a while, although another one is free again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil, inf

from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.quota import ON_TRIAL_AGAIN
from postroom.capacity.booking import book
from postroom.capacity.carrier import LITTLE, Carrier, Kind
from postroom.capacity.model import Group, Outlook
from postroom.capacity.portions import portions_of
from postroom.capacity.waiting import Waiting

HORIZON = timedelta(days=14)
"""By default messages expire after three days; nobody waits for what is later."""

_GROWTH = 0.05
_RETURNS_FOLLOWED = 50
"""Moments at which something comes back that are steps of their own; of more, the next step is near enough."""

_MOST_FOLLOWED = 150
"""Accounts. Each of them takes some milliseconds."""


def forecast(
    accounts: Sequence[Account], groups: Sequence[Group], now: datetime, moments: Iterable[datetime] = ()
) -> list[Outlook]:
    """One outlook for each group, with what has gone by each of the ``moments``.

    Of very many accounts some stand for all: the others' part of the mails is left out with them.
    """
    asked = tuple(moments)
    if len(accounts) <= _MOST_FOLLOWED:
        return _Forecast(accounts, groups, now, asked).outlooks()
    some = accounts[:: ceil(len(accounts) / _MOST_FOLLOWED)]
    return _scaled(accounts, some, groups, now, asked)


def _scaled(
    accounts: Sequence[Account],
    some: Sequence[Account],
    groups: Sequence[Group],
    now: datetime,
    moments: tuple[datetime, ...],
) -> list[Outlook]:
    followed = frozenset(account.id for account in some)
    shares = [len(group.candidates & followed) / max(1, len(group.candidates)) for group in groups]
    together = [(group, share) for group, share in zip(groups, shares, strict=True) if share]
    outlooks = iter(_Forecast(some, [_part_of(*one) for one in together], now, moments).outlooks())
    return [
        _whole(next(outlooks), group, share) if share else _alone(accounts, group, now, moments)
        for group, share in zip(groups, shares, strict=True)
    ]


def _part_of(group: Group, share: float) -> Group:
    return replace(group, returning={moment: count * share for moment, count in group.returning.items()})


def _whole(outlook: Outlook, group: Group, share: float) -> Outlook:
    gone_by = {moment: count / share for moment, count in outlook.gone_by.items()}
    return Outlook(group, gone_by, outlook.gone_at, outlook.left / share)


def _alone(accounts: Sequence[Account], group: Group, now: datetime, moments: tuple[datetime, ...]) -> Outlook:
    own = [account for account in accounts if account.id in group.candidates]
    return _Forecast(own[:_MOST_FOLLOWED], [group], now, moments).outlooks()[0]


class _Forecast:
    def __init__(
        self, accounts: Sequence[Account], groups: Sequence[Group], now: datetime, moments: tuple[datetime, ...]
    ) -> None:
        active = [account for account in accounts if account.config.status is AccountStatus.ACTIVE]
        carriers = {account.id: Carrier(account, now) for account in active}
        self._now = now
        self._marks = {(moment - now).total_seconds(): moment for moment in moments}
        self._grid = _grid(carriers.values(), groups, now, self._marks)
        self._waiting = [Waiting(group, carriers, self._grid, now) for group in groups]

    def outlooks(self) -> list[Outlook]:
        for step, start in enumerate(self._grid[:-1]):
            if start in self._marks:
                self._note(self._marks[start])
            if all(waiting.is_over for waiting in self._waiting):
                break
            self._step(step)
        return [self._outlook(waiting) for waiting in self._waiting]

    def _note(self, moment: datetime) -> None:
        for waiting in self._waiting:
            waiting.gone_by[moment] = waiting.gone

    def _outlook(self, waiting: Waiting) -> Outlook:
        gone_at = self._now + timedelta(seconds=waiting.gone_at) if waiting.is_over else None
        left = 0.0 if waiting.is_over else waiting.total - waiting.gone
        gone_by = {moment: waiting.gone_by.get(moment, waiting.gone) for moment in self._marks.values()}
        return Outlook(waiting.group, gone_by, gone_at, left)

    def _step(self, step: int) -> None:
        arriving = [(one, count) for one in self._waiting if (count := one.arriving(step)) > LITTLE]
        for portion in portions_of(arriving):
            left = [(waiting, self._send(waiting, count, step)) for waiting, count in portion]
            for waiting, count in left:
                if count > LITTLE:
                    self._put_off(waiting, count, step)

    def _send(self, waiting: Waiting, count: float, step: int) -> float:
        """Spreads over what has room, weighted by what each has left. Returns what found none."""
        start, end = self._grid[step], self._grid[step + 1]
        rooms = {one: room for one in waiting.carriers if (room := one.room(start, end, waiting.kind)) > LITTLE}
        while count > LITTLE and rooms:
            weights = {one: max(LITTLE, one.left(start, waiting.kind)) for one in rooms}
            share = count / sum(weights.values())
            for carrier, weight in weights.items():
                part = min(rooms[carrier], share * weight)
                waiting.go(part, carrier.take(part, start, waiting.kind))
                count -= part
                rooms[carrier] -= part
                if rooms[carrier] < LITTLE:
                    del rooms[carrier]
        return count

    def _put_off(self, waiting: Waiting, count: float, step: int) -> None:
        start, end = self._grid[step], self._grid[step + 1]
        ready = [one for one in waiting.carriers if one.ready_at <= end and one.left(start, waiting.kind) > LITTLE]
        if any(not one.wait(start) for one in ready):
            waiting.come_back(count, max(end, start + ON_TRIAL_AGAIN.total_seconds()))
        elif ready:
            book(waiting, count, ready, end)
        else:
            again = min((_again_at(one, start, waiting.kind) for one in waiting.carriers), default=inf)
            if again < self._grid[-1]:
                waiting.come_back(count, max(end, again))


def _again_at(carrier: Carrier, at: float, kind: Kind) -> float:
    return carrier.more_at(at) if carrier.left(at, kind) < LITTLE else carrier.ready_at


def _grid(
    carriers: Iterable[Carrier], groups: Sequence[Group], now: datetime, marks: Iterable[float]
) -> tuple[float, ...]:
    end = HORIZON.total_seconds()
    moments = {0.0, end, *marks}
    for carrier in carriers:
        moments.update(carrier.changes(end))
    returning = {(moment - now).total_seconds() for group in groups for moment in group.returning}
    if len(returning) <= _RETURNS_FOLLOWED:
        moments |= returning
    at = 1.0
    while at < end:
        moments.add(at)
        at += max(1.0, _GROWTH * at)
    return tuple(sorted(moment for moment in moments if 0.0 <= moment <= end))
