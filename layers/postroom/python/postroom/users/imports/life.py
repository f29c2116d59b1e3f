"""The changes of an import's row, as data: who works on it, how far it is, how it ends."""

from datetime import datetime

from postroom.change import Change, Equals, Set
from postroom.clock import to_milliseconds
from postroom.leases import life
from postroom.users.imports.model import Counts, Import, ImportStatus, SourceFile

_RUNNING = Change((), (Equals(("status",), ImportStatus.RUNNING),))


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
    return life.claim(seen, holder, faults, now) + _RUNNING


def checkpoint(seen: Import, line: int, counts: Counts, now: datetime) -> Change:
    """All up to ``line`` is counted. Refused to who lost the import to somebody else meanwhile."""
    steps = (
        Set(("line",), line),
        Set(("created",), counts.created),
        Set(("changed",), counts.changed),
        Set(("unchanged",), counts.unchanged),
        Set(("refused",), counts.refused),
    )
    return life.progress(seen, now) + _RUNNING + Change(steps, (Equals(("line",), seen.line),))


def handed_on(seen: Import) -> Change:
    return life.let_go(seen) + _RUNNING


def finish(seen: Import, status: ImportStatus, detail: str | None, now: datetime) -> Change:
    end = (Set(("status",), status), Set(("finished_ms",), to_milliseconds(now)))
    why = (Set(("detail",), detail),) if detail else ()
    return handed_on(seen) + Change((*end, *why))
