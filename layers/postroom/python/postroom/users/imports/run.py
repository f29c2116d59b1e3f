"""Works through a started import. May be begun again, at any time and by anybody, and ends as though run once.

Who works on it has a lease of its row. A portion of lines is applied, what was refused of it is kept, and only then a
conditional write counts it; so a portion is applied once more when somebody dies before that write, and counted once.
"""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.users.imports import life
from postroom.users.imports.apply import ApplyLines, Became
from postroom.users.imports.model import LARGEST_FILE, Counts, Import, ImportStatus, Line, Refusal, Ticket
from postroom.users.imports.ports import Files, ImportStore, Replaced, Tickets
from postroom.users.imports.reading import ReadFile
from postroom.users.manage import Fate

log = logging.getLogger(__name__)

PORTION = 500
MOST_CLAIMS = 3
"""Of whoever died since the last progress. The queue has to deliver once more for the import to be given up, and twice
after a fault, which is not counted."""

_FIRST_WAIT_SECONDS = 20
_LONGEST_WAIT_SECONDS = 900
"""What the queue can do."""

_MOST_FAULTS = 100
"""In a row: about a day. Then the queue puts the ticket aside, and its alarm tells of it."""

_LONGEST_DETAIL = 500


class Lost(Exception):
    """Somebody else has it now."""


class RunImport:
    def __init__(  # noqa: PLR0913, PLR0917 - one for each thing it speaks to
        self,
        imports: ImportStore,
        files: Files,
        read: ReadFile,
        apply: ApplyLines,
        tickets: Tickets,
        clock: Clock,
        *,
        portion: int = PORTION,
    ) -> None:
        self._imports = imports
        self._files = files
        self._read = read
        self._apply = apply
        self._tickets = tickets
        self._clock = clock
        self._portion = portion

    def __call__(self, ticket: Ticket, stop_at: datetime) -> None:
        """Hands the import on by its queue when it cannot be finished before ``stop_at``, or something does not answer.

        Raises Unavailable when nothing has answered for about a day, or the queue does not.
        """
        try:
            run = self._claimed(ticket)
        except Unavailable as error:
            self._put_off(ticket, ticket.faults + 1, error)
            return
        if run is None:
            return
        try:
            self._work(run, stop_at)
        except Lost:
            log.warning("An import was taken over", extra={"import_id": run.id})
        except Unavailable as error:
            self._put_off(ticket, self._given_back(run).faults + 1, error)

    def _claimed(self, ticket: Ticket) -> Import | None:
        seen = self._imports.get(ticket.tenant_id, ticket.import_id)
        if seen is None or seen.status is not ImportStatus.RUNNING:
            return None
        now, holder = self._clock(), secrets.token_hex(8)
        if seen.is_held(now):
            # Whoever holds it may die: then this ticket is the one that goes on.
            self._tickets.put(ticket, life.seconds_left(seen, now))
            return None
        outcome = self._imports.change(seen.tenant_id, seen.id, life.claim(seen, holder, ticket.faults, now))
        if outcome.row is not None and outcome.row.holder == holder:
            return outcome.row
        self._tickets.put(ticket, round(life.LEASE.total_seconds()))
        return None

    def _work(self, run: Import, stop_at: datetime) -> None:
        if run.claims > MOST_CLAIMS:
            self._finish(run, "It came to no end however often it was begun again")
        elif run.size > LARGEST_FILE:
            self._finish(run, f"The file is larger than {LARGEST_FILE} bytes")
        else:
            try:
                self._read_on(run, stop_at)
            except Replaced:
                self._finish(run, "The file was replaced after the import had been started")

    def _read_on(self, run: Import, stop_at: datetime) -> None:
        lines = self._read(run)
        while portion := list(islice(lines, self._portion)):
            if self._clock() >= stop_at:
                self._imports.change(run.tenant_id, run.id, life.handed_on(run))
                self._tickets.put(Ticket(run.tenant_id, run.id))
                return
            last = portion[-1]
            if last.line > run.line:  # One that ends the file may have been counted already.
                run = self._advanced(run, portion)
            if isinstance(last, Refusal) and last.fatal:
                self._finish(run, _told(last))
                return
        self._finish(run)

    def _advanced(self, run: Import, portion: Sequence[Line | Refusal]) -> Import:
        """With this portion applied, its refusals kept, and counted. Raises Lost."""
        lines = [one for one in portion if isinstance(one, Line)]
        became = self._apply(run, lines)
        refused = [one for one in portion if isinstance(one, Refusal)]
        refused += [
            Refusal(line.line, fate, line.user_id)
            for line, fate in zip(lines, became, strict=True)
            if not isinstance(fate, Fate)
        ]
        # The first portion of who begins may have been begun before, and refusals been kept that are none any more.
        if refused or run.claims or run.faults:
            refused.sort(key=lambda refusal: refusal.line)
            self._files.keep_refusals(run.tenant_id, run.id, portion[0].line, refused)
        return self._counted(run, portion[-1].line, run.counts + _counts(became, len(refused)))

    def _counted(self, run: Import, line: int, counts: Counts) -> Import:
        change = life.checkpoint(run, line, counts, self._clock())
        outcome = self._imports.change(run.tenant_id, run.id, change)
        now = outcome.row
        # Refused although it is so: our own write, whose answer was lost.
        if now is None or (now.holder, now.line, now.counts) != (run.holder, line, counts):
            raise Lost
        return now

    def _given_back(self, run: Import) -> Import:
        """As it is by then. A lease that cannot be given back runs out by itself."""
        try:
            return self._imports.change(run.tenant_id, run.id, life.handed_on(run)).row or run
        except Unavailable:
            return run

    def _put_off(self, ticket: Ticket, faults: int, error: Unavailable) -> None:
        """Longer each time, until there is progress again."""
        if faults > _MOST_FAULTS:
            raise error
        fault = type(error.__cause__).__name__
        log.warning("An import goes on later", extra={"import_id": ticket.import_id, "fault": fault})
        seconds = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (faults - 1))
        self._tickets.put(replace(ticket, faults=faults), seconds)

    def _finish(self, run: Import, fault: str | None = None) -> None:
        status = ImportStatus.FAILED if fault else ImportStatus.DONE
        self._imports.change(run.tenant_id, run.id, life.finish(run, status, fault, self._clock()))


def _counts(became: Sequence[Became], refused: int) -> Counts:
    return Counts(became.count(Fate.CREATED), became.count(Fate.CHANGED), became.count(Fate.UNCHANGED), refused)


def _told(refusal: Refusal) -> str:
    faults = "; ".join(f"{error.field} {error.message}" for error in refusal.errors)
    return f"Line {refusal.line}: {faults}"[:_LONGEST_DETAIL]
