"""The changes of an import's row, as data: who works on it, how far it is, how it ends."""

from datetime import datetime, timedelta

from postroom.change import Add, Change, Equals, Remove, Set, as_seen
from postroom.clock import to_milliseconds
from postroom.users.imports.model import Counts, Import, ImportStatus, SourceFile

LEASE = timedelta(minutes=2)
"""Longer than a portion of lines takes, whatever the tables do."""


def start(source: SourceFile, now: datetime) -> Change:
    return Change(
        (
            Set(("status",), ImportStatus.RUNNING),
            Set(("etag",), source.etag),
            Set(("size",), source.size),
            Set(("started_ms",), to_milliseconds(now)),
        ),
        (Equals(("status",), ImportStatus.WAITING),),
    )


def claim(seen: Import, holder: str, faults: int, now: datetime) -> Change:
    """For who found it held by nobody, or by somebody whose lease is over.

    After one more fault it is not counted: whoever had it did not die, but told of that fault.
    """
    lease_ms = to_milliseconds(seen.leased_until) if seen.leased_until else None
    counted = () if faults > seen.faults else (Add(("claims",), 1),)
    return Change(
        (Set(("holder",), holder), _lease(now), Set(("faults",), faults), *counted),
        (
            Equals(("status",), ImportStatus.RUNNING),
            as_seen(("holder",), seen.holder),
            as_seen(("leased_until_ms",), lease_ms),
        ),
    )


def checkpoint(seen: Import, line: int, counts: Counts, now: datetime) -> Change:
    """All up to ``line`` is counted. Refused to who lost the import to somebody else meanwhile."""
    return Change(
        (
            Set(("line",), line),
            Set(("created",), counts.created),
            Set(("changed",), counts.changed),
            Set(("unchanged",), counts.unchanged),
            Set(("refused",), counts.refused),
            Set(("claims",), 0),
            Set(("faults",), 0),
            _lease(now),
        ),
        (*_held_by(seen), Equals(("line",), seen.line)),
    )


def handed_on(seen: Import) -> Change:
    return Change((Remove(("holder",)), Remove(("leased_until_ms",))), _held_by(seen))


def finish(seen: Import, status: ImportStatus, detail: str | None, now: datetime) -> Change:
    end = (Set(("status",), status), Set(("finished_ms",), to_milliseconds(now)))
    why = (Set(("detail",), detail),) if detail else ()
    return Change((*end, *why, Remove(("holder",)), Remove(("leased_until_ms",))), _held_by(seen))


def _held_by(seen: Import) -> tuple[Equals, ...]:
    return Equals(("status",), ImportStatus.RUNNING), Equals(("holder",), seen.holder or "")


def _lease(now: datetime) -> Set:
    return Set(("leased_until_ms",), to_milliseconds(now + LEASE))


def seconds_left(seen: Import, now: datetime) -> int:
    """Until the lease is over, rounded up."""
    left = seen.leased_until - now if seen.leased_until else timedelta()
    return max(0, int(left.total_seconds())) + 1
