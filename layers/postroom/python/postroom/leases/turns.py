"""Work that is begun again, at any time and by anybody, and ends as though it was done once.

Who works has a lease of its row. The work goes on in portions, each counted by one conditional write after it was done;
so a portion is done once more when somebody dies before that write, and counted once.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from postroom.change import Change
from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.leases.model import LEASE, Leased, Ticket, is_held, seconds_left
from postroom.leases.ports import LeasedRows, Tickets

log = logging.getLogger(__name__)

_FIRST_WAIT_SECONDS = 20
_LONGEST_WAIT_SECONDS = 900
"""What the queue can do."""

_MOST_FAULTS = 100
"""In a row: about a day. Then the queue puts the ticket aside, and its alarm tells of it."""

R = TypeVar("R", bound=Leased)


class Lost(Exception):
    """Somebody else has it now, or may have: the lease was over before the work was done."""


@dataclass(frozen=True, slots=True)
class Rules(Generic[R]):
    """When there is something to do, and how a row is claimed and let go."""

    is_open: Callable[[R], bool]
    claim: Callable[[R, str, int, datetime], Change]
    let_go: Callable[[R], Change]


class TakeTurns(Generic[R]):
    def __init__(self, rows: LeasedRows[R], rules: Rules[R], tickets: Tickets, clock: Clock) -> None:
        self._rows = rows
        self._rules = rules
        self._tickets = tickets
        self._clock = clock

    def __call__(self, ticket: Ticket, work: Callable[[R], None]) -> None:
        """Puts the ticket off when something does not answer, or not within the lease.

        Raises Unavailable when nothing has answered for about a day, or the queue does not; or Lost after as long.
        """
        try:
            run = self._claimed(ticket)
        except Unavailable as error:
            put_off(self._tickets, ticket, ticket.faults + 1, error)
            return
        if run is None:
            return
        try:
            work(run)
        except (Lost, Unavailable) as error:
            # Who is lost may be so by slowness alone: then nobody else has a ticket for it.
            put_off(self._tickets, ticket, self._given_back(run).faults + 1, error)

    def hand_on(self, run: R) -> None:
        """For want of time: somebody else goes on at once."""
        self._rows.change(run.tenant_id, run.id, self._rules.let_go(run))
        self._tickets.put(Ticket(run.tenant_id, run.id))

    def _claimed(self, ticket: Ticket) -> R | None:
        seen = self._rows.get(ticket.tenant_id, ticket.id)
        if seen is None or not self._rules.is_open(seen):
            return None
        now, holder = self._clock(), secrets.token_hex(8)
        if is_held(seen, now):
            # Whoever holds it may die: then this ticket is the one that goes on.
            self._tickets.put(ticket, seconds_left(seen, now))
            return None
        outcome = self._rows.change(seen.tenant_id, seen.id, self._rules.claim(seen, holder, ticket.faults, now))
        if outcome.row is not None and outcome.row.holder == holder:
            return outcome.row
        self._tickets.put(ticket, round(LEASE.total_seconds()))
        return None

    def _given_back(self, run: R) -> R:
        """As it is by then. A lease that cannot be given back runs out by itself."""
        try:
            return self._rows.change(run.tenant_id, run.id, self._rules.let_go(run)).row or run
        except Unavailable:
            return run


def put_off(tickets: Tickets, ticket: Ticket, faults: int, error: Lost | Unavailable) -> None:
    """Longer each time, until there is progress again. Raises the error when it was too often."""
    if faults > _MOST_FAULTS:
        raise error
    fault = type(error.__cause__ or error).__name__
    log.warning("Work goes on later", extra={"work_id": ticket.id, "fault": fault})
    seconds = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (faults - 1))
    tickets.put(replace(ticket, faults=faults), seconds)
