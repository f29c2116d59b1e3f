"""The changes of a job's row, as data: who works on it, how far it is, how it ends."""

from datetime import datetime

from postroom.change import Change, Equals, OneOf, Remove, Requirement, Set, Step, as_seen
from postroom.clock import to_milliseconds
from postroom.jobs.model import TRANSITIONS, Counts, Job, JobStatus, Portion
from postroom.leases import life


def claim(seen: Job, holder: str, faults: int, now: datetime) -> Change:
    """Whoever begins with one that waits makes it run."""
    begins = seen.status is JobStatus.WAITING
    begun = (Set(("status",), JobStatus.RUNNING), Set(("started_ms",), to_milliseconds(now))) if begins else ()
    return life.claim(seen, holder, faults, now) + Change(begun, (Equals(("status",), seen.status),))


def counted(seen: Job, portion: Portion, now: datetime) -> Change:
    """Also while it is being cancelled: its messages are there, and have to be found to be taken back."""
    counts = seen.counts + portion.counts
    return _advanced(seen, portion.place, now) + Change(
        (Set(("portions",), seen.portions + 1), *_counts(counts)), (Equals(("portions",), seen.portions),)
    )


def passed(seen: Job, place: str | None, now: datetime) -> Change:
    """Nobody was found up to ``place``."""
    return _advanced(seen, place, now)


def taken_back(seen: Job, portions: int, now: datetime) -> Change:
    requires = (Equals(("status",), JobStatus.CANCELLING), Equals(("taken_back",), seen.taken_back))
    return life.progress(seen, now) + Change((Set(("taken_back",), portions),), requires)


def cancel(seen: Job) -> Change:
    """From the first portion on, whoever has gone through some before; and it may be tried as often as anything."""
    steps = (Set(("taken_back",), 0), Set(("claims",), 0), Remove(("detail",)), Remove(("finished_ms",)))
    return Change(_to(JobStatus.CANCELLING).steps + steps, (Equals(("status",), seen.status),))


def finish(seen: Job, status: JobStatus, detail: str | None, now: datetime) -> Change:
    steps: list[Step] = [Set(("finished_ms",), to_milliseconds(now))]
    if detail:
        steps.append(Set(("detail",), detail))
    if status is JobStatus.DONE:
        steps.append(Set(("total",), seen.counts.users))
    return life.let_go(seen) + _to(status) + Change(tuple(steps))


def _advanced(seen: Job, place: str | None, now: datetime) -> Change:
    moved: Step = Remove(("place",)) if place is None else Set(("place",), place)
    worked_on = OneOf(("status",), (JobStatus.RUNNING, JobStatus.CANCELLING))
    return life.progress(seen, now) + Change((moved,), (worked_on, as_seen(("place",), seen.place)))


def _counts(counts: Counts) -> tuple[Step, ...]:
    return Set(("accepted",), counts.accepted), Set(("skipped",), dict(counts.skipped))


def _to(status: JobStatus) -> Change:
    allowed: Requirement = OneOf(
        ("status",), tuple(sorted(before for before, following in TRANSITIONS.items() if status in following))
    )
    return Change((Set(("status",), status),), (allowed,))
