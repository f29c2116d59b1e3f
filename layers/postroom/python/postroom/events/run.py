"""Tells the users of a tenant of an event, portion by portion, in turns.

A portion is told, and then its counts and the place of the next one are written at once. Whoever dies in between leaves
a portion that is told once more: then everybody in it was decided about already, and nobody is told twice.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from postroom.clock import Clock
from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType
from postroom.events import life
from postroom.events.model import WORKED_ON, Event, EventStatus
from postroom.events.ports import EventStore, GiveUp, TellUsers
from postroom.leases.life import let_go
from postroom.leases.model import GIVEN_UP, MOST_CLAIMS, Ticket, is_held
from postroom.leases.ports import Tickets
from postroom.leases.turns import Lost, Rules, TakeTurns
from postroom.paging import PageRequest
from postroom.preferences.candidates import FindCandidates

PORTION = 100


class RunEvent:
    def __init__(  # noqa: PLR0913, PLR0917 - one for each thing it speaks to
        self,
        events: EventStore,
        event_types: FindEventTypes,
        candidates: FindCandidates,
        tell: TellUsers,
        give_up: GiveUp,
        tickets: Tickets,
        clock: Clock,
        *,
        portion: int = PORTION,
    ) -> None:
        self._events = events
        self._event_types = event_types
        self._candidates = candidates
        self._tell = tell
        self._give_up = give_up
        self._turns = TakeTurns(events, _RULES, tickets, clock)
        self._clock = clock
        self._portion = portion

    def __call__(self, ticket: Ticket, stop_at: datetime) -> None:
        """Hands the event on by its queue when there is no time for all users, or something does not answer.

        Raises Unavailable when nothing has answered for about a day, or the queue does not.
        """
        self._turns(ticket, lambda run: self._work(run, stop_at))

    def _work(self, run: Event, stop_at: datetime) -> None:
        event_type = self._event_types.by_name(run.tenant_id, run.event_type)
        if run.claims > MOST_CLAIMS:
            self._fail(run, GIVEN_UP)
        elif event_type is None:
            self._fail(run, "There is no such event type any more")
        else:
            self._tell_all(run, event_type, stop_at)

    def _tell_all(self, run: Event, event_type: EventType, stop_at: datetime) -> None:
        may_leave_some = not _is_begun_now(run)
        while run.place is not None:
            if self._clock() >= stop_at:
                self._turns.hand_on(run)
                return
            run = self._advanced(run, event_type)
        if may_leave_some:
            # Whoever had it before may have written down notices for those who are no candidates any more.
            self._give_up(run, None)
        self._finish(run, EventStatus.DONE)

    def _advanced(self, run: Event, event_type: EventType) -> Event:
        """Raises Lost."""
        request = PageRequest(self._portion, run.place or None)
        page = self._candidates(run.tenant_id, event_type, run.started_at or run.created_at, request)
        if not is_held(run, self._clock()):
            raise Lost
        told = self._tell(run, event_type, tuple(dict.fromkeys(page.items))) if page.items else {}
        return self._written(replace(run, place=page.last, told=dict(Counter(run.told) + Counter(told))), run)

    def _written(self, after: Event, run: Event) -> Event:
        """Raises Lost."""
        change = life.advanced(run, after.place, after.told, self._clock())
        now = self._events.change(run.tenant_id, run.id, change).row
        # Refused although it is so: our own write, whose answer was lost.
        if now is None or (now.holder, now.place, now.told) != (after.holder, after.place, after.told):
            raise Lost
        return now

    def _fail(self, run: Event, reason: str) -> None:
        # Before its end: afterwards nobody comes back to it.
        self._give_up(run, reason)
        self._finish(run, EventStatus.FAILED, reason)

    def _finish(self, run: Event, status: EventStatus, detail: str | None = None) -> None:
        self._events.change(run.tenant_id, run.id, life.finish(run, status, detail, self._clock()))


def _is_open(seen: Event) -> bool:
    return seen.status in WORKED_ON


def _is_begun_now(seen: Event) -> bool:
    """By whoever has claimed it, and by nobody before."""
    return seen.place == "" and seen.claims == 1 and not seen.faults


_RULES = Rules(_is_open, life.claim, let_go)
