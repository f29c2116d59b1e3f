"""Lets senders log in to an account one after another, and no more of them than may be connected."""

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from postroom.accounts.limits import limits_at
from postroom.accounts.model import Account
from postroom.accounts.ports import AccountRows
from postroom.accounts.reserve import change_until_applied
from postroom.accounts.sessions import (
    HELD_FOR,
    LOGIN_LASTS,
    OUTLASTS,
    NoRoom,
    Obstacle,
    is_registered,
    none_is_left,
    open_sessions,
    plan_closing,
    plan_holding,
    plan_login,
)
from postroom.change import Change
from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.errors import Unavailable

log = logging.getLogger(__name__)

TURN = timedelta(seconds=5)
"""How long a place is kept at least, and how far log-ins are apart that come of handing places on: a provider that sees
more of them takes them for an attack."""

LOOK_AGAIN = timedelta(milliseconds=200)
LOOKS = 40


@dataclass(frozen=True, slots=True)
class Permit:
    """The place of one session among its account's. ``account`` is as the last write of it left the row."""

    account: Account
    session_id: str
    ends: datetime


class LogIns:
    """``for_tests``: of accounts as they are, also those that may not send, by sessions that are closed at once."""

    def __init__(
        self,
        store: AccountRows,
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
        *,
        for_tests: bool = False,
    ) -> None:
        self._store = store
        self._clock = clock
        self._sleep = sleep
        self._for_tests = for_tests

    def has_place(self, account: Account) -> bool:
        """As far as this account tells, which may be stale."""
        now = self._clock()
        return open_sessions(account, now) < limits_at(account, now).connections

    def permit(self, account: Account, patience: timedelta) -> Permit:
        """One idempotent conditional write, behind a wait of up to ``patience`` for another sender's log-in.

        Who has it logs in within ``LONGEST_LOGIN``, and then calls ``ready`` or ``closed``; or neither after a refusal
        that stops the account, so that nobody tries the same before that is known. Raises NoRoom, and Unavailable.
        """
        session_id, seen, waited = secrets.token_hex(4), account, timedelta()
        for _ in range(LOOKS):
            if seen.revision != account.revision:
                raise NoRoom("The account was changed meanwhile")
            now = self._clock()
            plan = plan_login(seen, session_id, now, as_it_is=self._for_tests)
            if isinstance(plan, Change):
                outcome = self._store.change(seen.tenant_id, seen.id, plan)
                seen = _there(outcome.row)
                if isinstance(outcome, Applied) or is_registered(seen, session_id):
                    return Permit(seen, session_id, now + LOGIN_LASTS)
            elif plan is Obstacle.LOGGING_IN and waited + LOOK_AGAIN <= patience:
                self._sleep(LOOK_AGAIN.total_seconds())
                waited += LOOK_AGAIN
                # A read: what a refused write costs several times.
                seen = _there(self._store.get(seen.tenant_id, seen.id))
            else:
                raise NoRoom(plan)
        raise NoRoom(Obstacle.LOGGING_IN)

    def ready(self, permit: Permit) -> Permit:
        """The log-in succeeded: the next one may begin. Never raises."""
        if self._for_tests:
            # Closing the session says the same, a moment later.
            return permit
        return self._held(permit, self._clock()) or permit

    def renewed(self, permit: Permit) -> Permit | None:
        """For a session that is to be used for another batch; a write only when the last one is a while ago.

        None when its place was given to another. Never raises.
        """
        now = self._clock()
        return permit if now + OUTLASTS <= permit.ends else self._held(permit, now)

    def is_to_be_handed_on(self, account: Account) -> bool:
        """Whether who has a place, and nothing to do just now, leaves it to others, as far as this account tells.

        A Lambda that is frozen would keep it for three minutes, while others have mails and no place.
        """
        now = self._clock()
        return none_is_left(account, now, now - TURN)

    def closed(self, permit: Permit) -> None:
        """Gives the place back, unless it has run out, as it does when nobody gives it back. Never raises."""
        if permit.ends <= self._clock():
            return
        try:
            change_until_applied(self._store, permit.account, lambda seen: plan_closing(seen, permit.session_id))
        except Unavailable:
            log.warning("A session stays registered until its time is over", extra={"account_id": permit.account.id})

    def _held(self, permit: Permit, now: datetime) -> Permit | None:
        ends = now + HELD_FOR
        try:
            row = change_until_applied(
                self._store, permit.account, lambda seen: plan_holding(seen, permit.session_id, ends)
            )
        except Unavailable:
            log.warning("A session could not be registered", extra={"account_id": permit.account.id})
            return permit
        if row is None or not is_registered(row, permit.session_id):
            return None
        return replace(permit, account=row, ends=ends)


def _there(account: Account | None) -> Account:
    if account is None:
        raise NoRoom("The account was deleted meanwhile")
    return account
