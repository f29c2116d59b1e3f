"""The notices that are in a digest, and what is written to them.

A notice names the digest it waits in, and whoever moves it to another one says so there first. So one that names this
digest is ours, and becomes part of a mail by one conditional write, before there is that mail: of two who want it for
two mails, one gets it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from postroom.digests.collect import Collect
from postroom.digests.model import Digest, Part, digest_id
from postroom.errors import Unavailable
from postroom.notices.model import Notice, NoticeStatus
from postroom.notices.ports import NoticeStore

_TRIES = 5
"""How often a change is made again because somebody else was faster."""

_PARALLEL = 8

Rewrite = Callable[[Notice], Notice | None]
"""What a notice becomes: the same when it is as it should be, and None when that is not for us to say."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything can be done again, by whoever comes later. Raises Unavailable."""

    notices: NoticeStore
    collect: Collect

    def mine(self, digest: Digest, event_ids: Sequence[str]) -> list[Notice]:
        """Those that wait in this digest and in no other one."""
        return self._all(digest, event_ids, lambda seen: self._ours(digest, seen))

    def carried(self, digest: Digest, part: Part) -> list[Notice]:
        """Those that go by this mail: whoever asks for it again gets the same."""

        def rewrite(seen: Notice) -> Notice | None:
            if seen.message_id == part.message_id:
                return seen
            ours = self._ours(digest, seen)
            return replace(ours, message_id=part.message_id, recipient=part.address) if ours else None

        return self._all(digest, part.event_ids, rewrite)

    def unwanted(self, digest: Digest, event_ids: Sequence[str]) -> None:
        self._end(digest, event_ids, NoticeStatus.UNWANTED, None)

    def given_up(self, digest: Digest, event_ids: Sequence[str], error: str) -> None:
        self._end(digest, event_ids, NoticeStatus.FAILED, error)

    def failed(self, digest: Digest, part: Part, error: str) -> None:
        """For want of a mail that there is not, and will not be."""

        def rewrite(seen: Notice) -> Notice | None:
            is_its = seen.status is NoticeStatus.PENDING and seen.message_id == part.message_id
            return replace(seen, status=NoticeStatus.FAILED, message_id=None, error=error) if is_its else None

        self._all(digest, part.event_ids, rewrite)

    def put_off(self, digest: Digest, event_ids: Sequence[str], until: datetime) -> None:
        """Into the digest that is due then."""
        other = digest_id(digest.tenant_id, digest.user_id, until)

        def rewrite(seen: Notice) -> Notice | None:
            ours = self._ours(digest, seen)
            if ours is None or ours.due_at is None:
                return None
            later = max(until - ours.due_at, timedelta())
            return replace(ours, digest_id=other, due_at=until, kept_until=ours.kept_until + later)

        moved = self._all(digest, event_ids, rewrite)
        if moved and len(self.collect.many(moved, until)) < len(moved):
            raise Unavailable  # by now it is too late for that one: what is left is looked at again

    def _end(self, digest: Digest, event_ids: Sequence[str], status: NoticeStatus, error: str | None) -> None:
        def rewrite(seen: Notice) -> Notice | None:
            ours = self._ours(digest, seen)
            return replace(ours, status=status, error=error) if ours else None

        self._all(digest, event_ids, rewrite)

    def _ours(self, digest: Digest, seen: Notice) -> Notice | None:
        """None for what has a mail or an end, and for what is in another digest.

        Whoever moved it there may have died before it was in, and that one may have closed meanwhile: then it comes
        back into this one.
        """
        waits = seen.status is NoticeStatus.PENDING and seen.message_id is None
        if not waits or seen.digest_id is None or seen.due_at is None:
            return None
        if seen.digest_id == digest.id:
            return seen
        if self.collect(seen, seen.due_at):
            return None
        return replace(seen, digest_id=digest.id, due_at=digest.first_due_at)

    def _all(self, digest: Digest, event_ids: Sequence[str], rewrite: Rewrite) -> list[Notice]:
        """In the order that was asked for, without those that are not for us."""
        places = [(digest.user_id, event_id) for event_id in event_ids]
        found = self.notices.get_many(digest.tenant_id, places) if places else {}
        seen = [found[place] for place in places if place in found]
        with ThreadPoolExecutor(_PARALLEL) as threads:
            rewritten = list(threads.map(lambda notice: self._rewritten(notice, rewrite), seen))
        return [notice for notice in rewritten if notice is not None]

    def _rewritten(self, notice: Notice, rewrite: Rewrite) -> Notice | None:
        seen: Notice | None = notice
        for _ in range(_TRIES):
            wanted = rewrite(seen) if seen else None
            if seen is None or wanted is None or wanted == seen:
                return wanted
            if self.notices.replace(seen, wanted):
                return replace(wanted, revision=seen.revision + 1)
            place = seen.user_id, seen.event_id
            seen = self.notices.get_many(seen.tenant_id, [place]).get(place)
        raise Unavailable
