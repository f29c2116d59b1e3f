"""Says of each message that found no account now why it waits, and until when."""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from postroom.accounts.limits import Demand, limits_at
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.quota import ON_TRIAL_AGAIN, Usage, usage_at
from postroom.accounts.reserve import Book
from postroom.clock import Clock
from postroom.delivery.demand import demand_of
from postroom.delivery.eligible import Eligible
from postroom.delivery.model import ReplyClass
from postroom.delivery.retry import Random, pause_after
from postroom.delivery.rules import Rules
from postroom.messages import life
from postroom.messages.handover import Handover
from postroom.messages.life import Wait
from postroom.messages.model import Message, Reason
from postroom.messages.ports import Departure

RulesFor = Callable[[Sequence[Message]], Rules]
"""The rules for messages of one tenant, freshly read."""

_LOOK_AGAIN = timedelta(hours=1)
"""Nothing is known of when it will be better. A change of an account wakes what waits for one before that."""

_A_MOMENT = timedelta(seconds=1)
"""What found no connection free may ask again after this long; the next sender has perhaps one open."""

_WRITES_AT_ONCE = 10

_STANDING = {
    AccountStatus.INACTIVE: "is inactive until its owner resumes it",
    AccountStatus.PENDING: "is pending until its connection has been tested",
    AccountStatus.ERROR: "was stopped",
}


class PutOff:
    def __init__(self, handover: Handover, book: Book, clock: Clock, random: Random) -> None:
        self._handover = handover
        self._book = book
        self._clock = clock
        self._random = random

    def __call__(
        self,
        messages: Sequence[Message],
        accounts: Collection[Account],
        as_they_are: Callable[[], Collection[Account]],
        rules_for: RulesFor,
    ) -> None:
        """Reads the accounts, by ``as_they_are``, and the rules behind its writes.

        Capacity that came back since ``accounts`` were read could not wake what was not yet put off.
        """
        deferred = self._place(messages, accounts, rules_for(messages))
        if deferred:
            self._place(deferred, as_they_are(), rules_for(deferred), defer=False)

    def _place(
        self, messages: Sequence[Message], accounts: Collection[Account], rules: Rules, *, defer: bool = True
    ) -> list[Message]:
        """Gives appointments with accounts that are ready; puts off the rest, and returns it as it is then."""
        now = self._clock()
        eligible = Eligible(rules, accounts, now)
        appointments: dict[str, list[Message]] = {}
        deferred = []
        for message in messages:
            demand = demand_of(message)
            candidates = eligible.of(message)
            ready = [account for account in candidates if _is_ready(account, demand, now)]
            if ready:
                soonest = min(ready, key=lambda one: _booked_until(one, len(appointments.get(one.id, ())), now))
                appointments.setdefault(soonest.id, []).append(message)
            elif defer:
                why_nobody = rules.why_nobody(message)
                wait = self._wait(candidates, demand, now) if candidates else _for_anybody(why_nobody, now)
                deferred.append(self._handover.change_as_seen(message, life.deferred(message, wait)))
        for account in accounts:
            if account.id in appointments:
                self._appoint(account, appointments[account.id], now)
        return [message for message in deferred if message]

    def _appoint(self, account: Account, waiting: Sequence[Message], now: datetime) -> None:
        slots = self._book(account, len(waiting))
        with ThreadPoolExecutor(_WRITES_AT_ONCE) as pool:
            written = [pool.submit(self._come_back, account, *slot, now) for slot in zip(waiting, slots, strict=True)]
        departures = [one.result() for one in written if one.exception() is None]
        self._handover.depart([departure for departure in departures if departure])
        for one in written:
            one.result()

    def _come_back(self, account: Account, message: Message, booked: datetime, now: datetime) -> Departure | None:
        moment = max(booked, _earliest(account, now))
        reason, detail = _why_in_turn(account, moment - now, limits_at(account, now).spacing_ms / 1000)
        return self._handover.come_back(message, reason, detail, moment, account.id)

    def _wait(self, candidates: Sequence[Account], demand: Demand, now: datetime) -> Wait:
        later = now + _LOOK_AGAIN
        active = [account for account in candidates if account.config.status is AccountStatus.ACTIVE]
        if not active:
            return Wait(Reason.ACCOUNT, _why_inactive(candidates[0]), later, later)
        able = [account for account in active if limits_at(account, now).takes(demand)]
        return min((self._until_ready(account, demand, now) for account in able or active), key=lambda wait: wait.until)

    def _until_ready(self, account: Account, demand: Demand, now: datetime) -> Wait:
        usage = usage_at(account, now)
        if demand.recipients > usage.limits.recipients:
            return _for_anybody(_why_too_many(account, usage, demand), now)
        if not usage.has_room_for(demand):
            return Wait(Reason.QUOTA, _why_no_room(account, usage, demand), usage.resets_at, usage.resets_at)
        until = max(account.rest_until or now, now + pause_after(account.faults, self._random))
        error = account.last_error
        reason = Reason.QUOTA if error and error.reply_class == ReplyClass.QUOTA else Reason.ACCOUNT
        return Wait(reason, f"{account.config.email}: {error.words if error else 'rests'}", until, until)


def _for_anybody(detail: str, now: datetime) -> Wait:
    later = now + _LOOK_AGAIN
    return Wait(Reason.NO_ACCOUNT, detail, later, later)


def _is_ready(account: Account, demand: Demand, now: datetime) -> bool:
    return account.can_send(now) and account.faults == 0 and usage_at(account, now).has_room_for(demand)


def _earliest(account: Account, now: datetime) -> datetime:
    if account.is_on_trial:
        return now + ON_TRIAL_AGAIN
    return now if limits_at(account, now).spacing_ms else now + _A_MOMENT


def _booked_until(account: Account, more: int, now: datetime) -> int:
    counter = account.counter
    return max(counter.booked_ms, counter.next_send_ms) + more * limits_at(account, now).spacing_ms


def _why_in_turn(account: Account, wait: timedelta, pace: float) -> tuple[Reason, str]:
    email = account.config.email
    if pace and (wait > ON_TRIAL_AGAIN or not account.is_on_trial):
        return Reason.PACE, f"{email} sends one mail every {pace:g} s"
    if account.is_on_trial:
        return Reason.TURN, f"{email} is new or was changed, and is tried with one mail first"
    return Reason.TURN, f"{email} was busy"


def _why_too_many(account: Account, usage: Usage, demand: Demand) -> str:
    email, most = account.config.email, usage.limits.recipients
    return f"{email} may send a mail to {most} recipients at most, and it has {demand.recipients}"


def _why_no_room(account: Account, usage: Usage, demand: Demand) -> str:
    email, limits = account.config.email, usage.limits
    if demand.units(limits.unit) > limits.open_to(demand):
        return f"{email} may send to {limits.open_to(demand)} recipients a day, and it has {demand.recipients}"
    if usage.left_for(demand) < usage.remaining:
        return f"{email} keeps the {usage.remaining} that are left of {limits.daily} for mail of high priority"
    return f"{email} has used its limit of {limits.daily}"


def _why_inactive(account: Account) -> str:
    detail = f"{account.config.email} {_STANDING[account.config.status]}"
    return f"{detail}: {account.last_error.words}" if account.last_error else detail
