"""Takes down what a sender learned about an account's health, and tells its owner of what matters."""

import logging
from dataclasses import replace

from postroom.accounts.health import (
    event_of_fault,
    event_of_pipelining,
    event_of_success,
    is_well,
    plan_fault,
    plan_pipelining_fault,
    plan_recovery,
    tells_of,
)
from postroom.accounts.lessons import event_of_lesson
from postroom.accounts.model import Account, AccountEvent, PipeliningFault
from postroom.accounts.ports import AccountRows
from postroom.clock import Clock, from_milliseconds, to_milliseconds
from postroom.conditional import Applied
from postroom.delivery.model import Verdict
from postroom.errors import Unavailable

log = logging.getLogger(__name__)

_TRIES = 4
"""Other senders count their faults at the same time."""


class ReportHealth:
    def __init__(self, store: AccountRows, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def fault(self, account: Account, verdict: Verdict) -> Account:
        """The account as it is now. ``account`` is as it was when the mail that met the fault was reserved."""
        now = self._clock()
        seen = account
        for _ in range(_TRIES):
            outcome = self._store.change(seen.tenant_id, seen.id, plan_fault(seen, account, verdict, now))
            row = outcome.row
            if row is None or row.revision != account.revision:
                return account
            if isinstance(outcome, Applied) or tells_of(row, verdict, now):
                self._tell(seen, event_of_fault(seen, row, now))
                self._tell(seen, event_of_lesson(seen, row, now))
                return row
            seen = row
        return seen

    def success(self, account: Account) -> None:
        """``account`` is as it was when the mail that was accepted was reserved."""
        change = plan_recovery(account)
        if change is None:
            return
        outcome = self._store.change(account.tenant_id, account.id, change)
        # Or by our own write, whose answer was lost.
        if isinstance(outcome, Applied) or (outcome.row is not None and is_well(outcome.row)):
            self._tell(account, event_of_success(account, self._clock()))

    def pipelining_failed(self, account: Account, words: str) -> Account:
        """The server announces pipelining and does it badly: it is off from now on. ``words`` are for the owner.

        Here at least, when the store does not answer.
        """
        fault = PipeliningFault(from_milliseconds(to_milliseconds(self._clock())), words)
        try:
            self._note_pipelining(account, fault)
        except Unavailable:
            log.warning("That a server does pipelining badly was not noted", extra={"account_id": account.id})
        return replace(account, pipelining_fault=fault)

    def _note_pipelining(self, account: Account, fault: PipeliningFault) -> None:
        outcome = self._store.change(account.tenant_id, account.id, plan_pipelining_fault(account, fault))
        # Refused by our own write, whose answer was lost, or by another sender's, which has told of it.
        if isinstance(outcome, Applied) or (outcome.row is not None and outcome.row.pipelining_fault == fault):
            self._tell(account, event_of_pipelining(fault))

    def _tell(self, account: Account, event: AccountEvent | None) -> None:
        if event is not None:
            self._store.note(account.tenant_id, account.id, event)
