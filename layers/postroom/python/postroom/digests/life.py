"""The changes of a digest's row, as data: who works on it, when it closes, how it ends."""

from datetime import datetime

from postroom.change import Change, Equals, OneOf, Remove, Set
from postroom.digests.model import TRANSITIONS, WORKED_ON, Digest, DigestStatus
from postroom.leases import life


def claim(seen: Digest, holder: str, faults: int, now: datetime) -> Change:
    return life.claim(seen, holder, faults, now) + Change((), (Equals(("status",), seen.status),))


def close(seen: Digest, now: datetime) -> Change:
    return life.progress(seen, now) + _to(DigestStatus.CLOSED)


def go_on(seen: Digest, now: datetime) -> Change:
    """Some of what is in it was put off: it may take as long as there is progress."""
    return life.progress(seen, now) + Change((), (Equals(("status",), DigestStatus.CLOSED),))


def finish(seen: Digest, status: DigestStatus, detail: str | None = None, folded: int = 0) -> Change:
    """Nobody looks to it any more."""
    told = (Set(("detail",), detail),) if detail else ()
    steps = (Set(("folded",), folded), Remove(("due_shard",)), Remove(("due_at",)), *told)
    return life.let_go(seen) + _to(status) + Change(steps)


def looked_for(seen: Digest, now: datetime) -> Change:
    return life.looked_for(seen.first_due_at, WORKED_ON, now)


def _to(status: DigestStatus) -> Change:
    before = tuple(sorted(one for one, following in TRANSITIONS.items() if status in following))
    return Change((Set(("status",), status),), (OneOf(("status",), before),))
