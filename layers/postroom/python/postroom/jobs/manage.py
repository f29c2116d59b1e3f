"""The tenant's hand on its jobs: start one, find them, cancel one."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from postroom.audit.acting import entries_of
from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.errors import Conflict, NotFound, Unavailable
from postroom.ids import Seed
from postroom.jobs import life
from postroom.jobs.deeds import job_cancelled, job_started
from postroom.jobs.model import PREFIX, TRANSITIONS, WORKED_ON, Job, JobStatus
from postroom.jobs.ports import JobStore, Order, Orders
from postroom.leases.model import Ticket, is_held
from postroom.leases.ports import Tickets
from postroom.paging import Page, PageRequest

_SURELY_SECONDS = 60
"""Longer than who starts a job can live: its row is there by then, or will never be."""

_TRIES = 5
"""How often a cancellation is made again because the job went on meanwhile."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """For users of these types, or else for those with these ids, each once."""

    kind: str
    title: str
    order: Order
    user_ids: Sequence[str] = ()
    user_types: Sequence[str] = ()


class StartJob:
    """``kept``: how long a job can be read. Its messages, and what it was asked for, are not gone before."""

    def __init__(self, jobs: JobStore, orders: Orders, tickets: Tickets, kept: timedelta) -> None:
        self._jobs = jobs
        self._orders = orders
        self._tickets = tickets
        self._kept = kept

    def __call__(self, tenant_id: str, wanted: NewJob, seed: Seed) -> Job:
        """The same seed gives the same job. It is put on its queue once more as long as nobody has begun with it."""
        user_ids, user_types = tuple(dict.fromkeys(wanted.user_ids)), tuple(dict.fromkeys(wanted.user_types))
        job = Job(
            tenant_id=tenant_id,
            id=seed.id(PREFIX),
            kind=wanted.kind,
            title=wanted.title,
            status=JobStatus.WAITING,
            created_at=seed.moment,
            kept_until=seed.moment + self._kept,
            user_types=user_types,
            total=None if user_types else len(user_ids),
        )
        ticket = Ticket(tenant_id, job.id)
        self._orders.put(tenant_id, job.id, wanted.order, user_ids)
        # Before the row: a job that is there is begun with, whatever becomes of us or of the ticket behind it.
        self._tickets.put(ticket, _SURELY_SECONDS)
        made = self._jobs.add(job, entries_of(tenant_id, job_started(job)))
        if made.status is JobStatus.WAITING:
            with suppress(Unavailable):
                self._tickets.put(ticket)
        return made

    def has_begun(self, tenant_id: str, seed: Seed) -> bool:
        """Whether there is a job of this seed."""
        return self._jobs.get(tenant_id, seed.id(PREFIX)) is not None


class FindJobs:
    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    def one(self, tenant_id: str, job_id: str) -> Job:
        """Raises NotFound."""
        found = self._jobs.get(tenant_id, job_id)
        if found is None:
            raise NotFound
        return found

    def page(self, tenant_id: str, request: PageRequest) -> Page[Job]:
        return self._jobs.page(tenant_id, request)


class CancelJob:
    """Stops it, and has taken back whatever of it nobody has begun to send."""

    def __init__(self, jobs: JobStore, tickets: Tickets, clock: Clock) -> None:
        self._jobs = jobs
        self._tickets = tickets
        self._clock = clock

    def __call__(self, tenant_id: str, job_id: str) -> Job:
        """One that is being cancelled already, and that nobody works on, is put on its queue once more.

        Raises NotFound, and Conflict when it does not stand still long enough.
        """
        job = self._cancelling(tenant_id, job_id)
        if job.status in WORKED_ON and not is_held(job, self._clock()):
            self._tickets.put(Ticket(tenant_id, job_id))
        return job

    def _cancelling(self, tenant_id: str, job_id: str) -> Job:
        seen = self._jobs.get(tenant_id, job_id)
        for _ in range(_TRIES):
            if seen is None:
                raise NotFound
            if JobStatus.CANCELLING not in TRANSITIONS[seen.status]:
                return seen
            entries = entries_of(tenant_id, job_cancelled(seen))
            outcome = self._jobs.change(tenant_id, job_id, life.cancel(seen), entries)
            if isinstance(outcome, Applied):  # Its row may be further already.
                return outcome.row
            seen = outcome.row
        raise Conflict("The job went on again and again meanwhile; ask once more")
