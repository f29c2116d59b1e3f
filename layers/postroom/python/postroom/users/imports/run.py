"""Works through a started import, in turns.

A portion of lines is applied, what was refused of it is kept, and only then it is counted.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from postroom.clock import Clock
from postroom.conditional import Fate
from postroom.leases.model import GIVEN_UP, MOST_CLAIMS, Ticket
from postroom.leases.ports import Tickets
from postroom.leases.turns import Lost, Rules, TakeTurns
from postroom.users.imports import life
from postroom.users.imports.apply import ApplyLines, Became
from postroom.users.imports.model import LARGEST_FILE, Counts, Import, ImportStatus, Line, Refusal
from postroom.users.imports.ports import Files, ImportStore, Replaced
from postroom.users.imports.reading import ReadFile

PORTION = 500
_LONGEST_DETAIL = 500


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
        self._turns = TakeTurns(imports, _RULES, tickets, clock)
        self._clock = clock
        self._portion = portion

    def __call__(self, ticket: Ticket, stop_at: datetime) -> None:
        """Hands the import on by its queue when it cannot be finished before ``stop_at``, or something does not answer.

        Raises Unavailable when nothing has answered for about a day, or the queue does not.
        """
        self._turns(ticket, lambda run: self._work(run, stop_at))

    def _work(self, run: Import, stop_at: datetime) -> None:
        if run.claims > MOST_CLAIMS:
            self._finish(run, GIVEN_UP)
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
                self._turns.hand_on(run)
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

    def _finish(self, run: Import, fault: str | None = None) -> None:
        status = ImportStatus.FAILED if fault else ImportStatus.DONE
        self._imports.change(run.tenant_id, run.id, life.finish(run, status, fault, self._clock()))


def _counts(became: Sequence[Became], refused: int) -> Counts:
    return Counts(became.count(Fate.CREATED), became.count(Fate.CHANGED), became.count(Fate.UNCHANGED), refused)


def _told(refusal: Refusal) -> str:
    faults = "; ".join(f"{error.field} {error.message}" for error in refusal.errors)
    return f"Line {refusal.line}: {faults}"[:_LONGEST_DETAIL]


def _is_running(seen: Import) -> bool:
    return seen.status is ImportStatus.RUNNING


_RULES = Rules(_is_running, life.claim, life.handed_on)
