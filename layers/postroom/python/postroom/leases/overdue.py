"""Finds work whose time has come, and work whose ticket was lost, and has it done.

A row of the due index stands for work that is not done. Whoever finds it moves it ahead by a conditional write, and
then puts the ticket: of several runs at once one does, and a ticket that is lost is put again by a later run.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from postroom.change import Change
from postroom.clock import Clock, to_milliseconds
from postroom.conditional import Applied
from postroom.errors import Unavailable
from postroom.leases.model import Leased, Ticket
from postroom.leases.ports import LeasedRows, Tickets
from postroom.progress import Progress

log = logging.getLogger(__name__)

_AT_ONCE = 100
"""Of each shard."""

_PARALLEL = 16

Find = Callable[[int, int], Sequence[tuple[str, str]]]
"""Tenant and id of those whose entry is not later than this millisecond, so many of each shard."""

R = TypeVar("R", bound=Leased)


@dataclass(frozen=True, slots=True)
class EnqueueOverdue(Generic[R]):
    """``moved`` is the change for when the index should show a row again, refused to all but the first."""

    rows: LeasedRows[R]
    find: Find
    moved: Callable[[R, datetime], Change]
    tickets: Tickets
    clock: Clock

    def __call__(self, stop_at: datetime) -> Progress:
        """Goes on until nothing is overdue or it is ``stop_at``. Done are those of which a ticket was put."""
        total = Progress()
        with ThreadPoolExecutor(_PARALLEL) as threads:
            while True:
                found = self.find(to_milliseconds(self.clock()), _AT_ONCE)
                now = sum(threads.map(self._enqueue, found), Progress())
                total += now
                if not now.done or self.clock() >= stop_at:
                    return total

    def _enqueue(self, found: tuple[str, str]) -> Progress:
        try:
            return Progress(done=int(self._is_put(*found)))
        except Unavailable:
            log.warning("Overdue work was not put on its queue", extra={"tenant_id": found[0], "work_id": found[1]})
            return Progress(refused=1)

    def _is_put(self, tenant_id: str, row_id: str) -> bool:
        now = self.clock()
        seen = self.rows.get(tenant_id, row_id)
        if seen is None or not isinstance(self.rows.change(tenant_id, row_id, self.moved(seen, now)), Applied):
            return False
        self.tickets.put(Ticket(tenant_id, row_id))
        return True
