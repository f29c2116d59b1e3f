"""The changes of a digest's row, as data: who works on it, when it closes, how it ends."""

from datetime import datetime, timedelta

from postroom.change import AtMost, Change, Equals, OneOf, Remove, Set
from postroom.clock import to_milliseconds
from postroom.digests.model import TRANSITIONS, WORKED_ON, Digest, DigestStatus
from postroom.leases import life

_LOOKED_TO_AFTER = timedelta(minutes=2)
_LOOKED_TO_AT_MOST = timedelta(hours=1)


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


def looked_to(seen: Digest, now: datetime) -> Change:
    """For one of those who find it due at once. Each time in vain makes the next one later.

    A deep queue must not breed copies of what is in it.
    """
    pause = min(max(_LOOKED_TO_AFTER, now - seen.first_due_at), _LOOKED_TO_AT_MOST)
    worked_on = OneOf(("status",), tuple(sorted(WORKED_ON)))
    entry = Set(("due_at",), to_milliseconds(now + pause))
    return Change((entry,), (worked_on, AtMost(("due_at",), to_milliseconds(now))))


def _to(status: DigestStatus) -> Change:
    before = tuple(sorted(one for one, following in TRANSITIONS.items() if status in following))
    return Change((Set(("status",), status),), (OneOf(("status",), before),))
