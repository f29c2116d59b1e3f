"""Says of each message that found no account now why it waits, and until when."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import product

from postroom.accounts.limits import Demand, limits_at
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.pace import appointment
from postroom.accounts.quota import ON_TRIAL_AGAIN
from postroom.accounts.reserve import Book
from postroom.accounts.usage_now import usage_at
from postroom.clock import Clock, to_milliseconds
from postroom.delivery.demand import demand_of
from postroom.delivery.eligible import Eligible
from postroom.delivery.model import ReplyClass
from postroom.delivery.retry import Random, pause_after
from postroom.delivery.rules import Rules
from postroom.delivery.why import why_no_room, why_paced, why_resting, why_stopped
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
        appointments: dict[tuple[str, bool], list[Message]] = {}
        deferred = []
        for message in messages:
            demand = demand_of(message)
            candidates = eligible.of(message)
            ready = [account for account in candidates if _is_ready(account, demand, now)]
            if ready:
                soonest = _soonest(ready, appointments, now, high=demand.high)
                appointments.setdefault((soonest.id, demand.high), []).append(message)
            elif defer:
                why_nobody = rules.why_nobody(message)
                wait = self._wait(candidates, demand, now) if candidates else _for_anybody(why_nobody, now)
                deferred.append(self._handover.change_as_seen(message, life.deferred(message, wait)))
        for account, high in product(accounts, (True, False)):
            if (account.id, high) in appointments:
                self._appoint(account, appointments[account.id, high], now, high=high)
        return [message for message in deferred if message]

    def _appoint(self, account: Account, waiting: Sequence[Message], now: datetime, *, high: bool) -> None:
        until = max(message.expires_at for message in waiting)
        slots = self._book(account, len(waiting), high=high, until=until)
        with ThreadPoolExecutor(_WRITES_AT_ONCE) as pool:
            written = [pool.submit(self._come_back, account, *slot, now) for slot in zip(waiting, slots, strict=True)]
        departures = [one.result() for one in written if one.exception() is None]
        self._handover.depart([departure for departure in departures if departure])
        for one in written:
            one.result()

    def _come_back(self, account: Account, message: Message, booked: datetime, now: datetime) -> Departure | None:
        moment = max(booked, _earliest(account, now))
        reason, why = _why_in_turn(account, moment, now)
        return self._handover.come_back(message, reason, _of(account, why), moment, account.id)

    def _wait(self, candidates: Sequence[Account], demand: Demand, now: datetime) -> Wait:
        later = now + _LOOK_AGAIN
        active = [account for account in candidates if account.config.status is AccountStatus.ACTIVE]
        if not active:
            return Wait(Reason.ACCOUNT, _of(candidates[0], why_stopped(candidates[0])), later, later)
        able = [account for account in active if limits_at(account, now).takes(demand)]
        return min((self._until_ready(account, demand, now) for account in able or active), key=lambda wait: wait.until)

    def _until_ready(self, account: Account, demand: Demand, now: datetime) -> Wait:
        usage = usage_at(account, now)
        if demand.recipients > usage.limits.recipients:
            return _for_anybody(_of(account, why_no_room(usage, demand)), now)
        if not usage.has_room_for(demand):
            return Wait(Reason.QUOTA, _of(account, why_no_room(usage, demand)), usage.resets_at, usage.resets_at)
        until = self._until_rested(account, now)
        error = account.last_error
        reason = Reason.QUOTA if error and error.reply_class == ReplyClass.QUOTA else Reason.ACCOUNT
        return Wait(reason, _of(account, why_resting(account)), until, until)

    def _until_rested(self, account: Account, now: datetime) -> datetime:
        if account.rest_until is None or not account.rests_at(now):
            return now + pause_after(account.faults, self._random)
        return account.rest_until


def _soonest(
    ready: Sequence[Account], appointments: Mapping[tuple[str, bool], Sequence[Message]], now: datetime, *, high: bool
) -> Account:
    return min(ready, key=lambda one: appointment(one, len(appointments.get((one.id, high), ())), now, high=high))


def _for_anybody(detail: str, now: datetime) -> Wait:
    later = now + _LOOK_AGAIN
    return Wait(Reason.NO_ACCOUNT, detail, later, later)


def _is_ready(account: Account, demand: Demand, now: datetime) -> bool:
    return account.can_send(now) and account.faults == 0 and usage_at(account, now).has_room_for(demand)


def _earliest(account: Account, now: datetime) -> datetime:
    if account.is_on_trial:
        return now + ON_TRIAL_AGAIN
    return now if limits_at(account, now).spacing_ms else now + _A_MOMENT


def _why_in_turn(account: Account, moment: datetime, now: datetime) -> tuple[Reason, str]:
    limits = limits_at(account, now)
    is_behind_others = to_milliseconds(moment) - to_milliseconds(now) > limits.spacing_ms
    has_just_sent = account.counter.next_send_ms > to_milliseconds(now)
    in_trial = account.is_on_trial and moment <= now + ON_TRIAL_AGAIN
    if limits.spacing_ms and (is_behind_others or has_just_sent) and not in_trial:
        return Reason.PACE, why_paced(limits)
    if account.is_on_trial:
        return Reason.TURN, "is new or was changed, and is tried with one mail first"
    return Reason.TURN, "was busy with other mails"


def _of(account: Account, why: str) -> str:
    return f"{account.config.email} {why}"
