"""Says of each message that found no account now why it waits, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.quota import usage_at
from postroom.accounts.reserve import Book
from postroom.clock import Clock
from postroom.delivery.retry import Random, pause_after
from postroom.messages import life
from postroom.messages.handover import Handover
from postroom.messages.life import Wait
from postroom.messages.model import Attempt, Message, Reason, Status

_LOOK_AGAIN = timedelta(hours=1)
"""Nothing is known of when it will be better. A change of an account wakes what waits for one before that."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that was not sent, and the attempt that shows why, if one was made."""

    message: Message
    attempt: Attempt | None = None

    def is_put_off(self, now: datetime) -> bool:
        """Whether its outcome is written already, with a later time."""
        due = self.message.next_attempt_at
        return self.message.status is Status.DEFERRED and due is not None and due > now


class PutOff:
    def __init__(self, handover: Handover, book: Book, clock: Clock, random: Random) -> None:
        self._handover = handover
        self._book = book
        self._clock = clock
        self._random = random

    def __call__(self, unsent: Sequence[Unsent], accounts: Sequence[Account]) -> None:
        """``accounts`` are all of the tenant, as they are now."""
        now = self._clock()
        for_pace: dict[str, list[Unsent]] = {}
        for one in unsent:
            candidates = [account for account in accounts if one.message.account_id in {None, account.id}]
            ready = [account for account in candidates if _has_room(account, now)]
            if ready and one.attempt is None:
                soonest = min(ready, key=lambda account: _booked_until(account, len(for_pace.get(account.id, ()))))
                for_pace.setdefault(soonest.id, []).append(one)
            else:
                self._defer(one, _wait(candidates, now), now)
        for account in accounts:
            if account.id in for_pace:
                self._appoint(account, for_pace[account.id])

    def _defer(self, one: Unsent, wait: Wait, now: datetime) -> None:
        until = wait.until
        if one.attempt is not None:
            until = max(until, now + pause_after(len(one.message.attempts) + 1, self._random))
        change = life.deferred(one.message, Wait(wait.reason, wait.detail, until, until), one.attempt)
        self._handover.put_off(one.message, change)

    def _appoint(self, account: Account, waiting: Sequence[Unsent]) -> None:
        detail = f"{account.config.email} sends one mail every {account.config.min_wait_time:g} s"
        for one, moment in zip(waiting, self._book(account, len(waiting)), strict=True):
            self._handover.come_back(one.message, Reason.PACE, detail, moment)


def _has_room(account: Account, now: datetime) -> bool:
    return account.can_send(now) and usage_at(account, now).remaining > 0


def _booked_until(account: Account, more: int) -> float:
    counter = account.counter
    return max(counter.booked_ms, counter.next_send_ms) + more * account.config.min_wait_time * 1000


def _wait(candidates: Sequence[Account], now: datetime) -> Wait:
    later = now + _LOOK_AGAIN
    if not candidates:
        return Wait(Reason.NO_ACCOUNT, "There is no account that could send it", later, later)
    active = [account for account in candidates if account.config.status is AccountStatus.ACTIVE]
    if not active:
        return Wait(Reason.ACCOUNT, _why_inactive(candidates[0]), later, later)
    return min((_until_ready(account, now) for account in active), key=lambda wait: wait.until)


def _why_inactive(account: Account) -> str:
    detail = f"{account.config.email} is {account.config.status}"
    return f"{detail}: {account.last_error.words}" if account.last_error else detail


def _until_ready(account: Account, now: datetime) -> Wait:
    usage = usage_at(account, now)
    if usage.remaining == 0:
        detail = f"{account.config.email} has used its limit of {account.config.daily_limit}"
        return Wait(Reason.QUOTA, detail, usage.resets_at, usage.resets_at)
    until = account.rest_until or now
    detail = f"{account.config.email} rests after a fault"
    if account.last_error:
        detail = f"{detail}: {account.last_error.words}"
    return Wait(Reason.ACCOUNT, detail, until, until)
