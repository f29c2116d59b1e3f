"""Does what notices say: a mail at once, or a place in a digest. Done once more, it doubles nothing."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from postroom.clock import Clock
from postroom.errors import Invalid, PostroomError, Unavailable
from postroom.ids import Seed, moment_of
from postroom.messages.accept import AcceptMessages
from postroom.messages.model import Status
from postroom.notices.model import Notice, NoticeStatus, Way
from postroom.notices.ports import NoticeStore
from postroom.pages.ports import MakeLinks
from postroom.preferences.decide import Reason
from postroom.telling.case import Case
from postroom.telling.course import Course, FindCourse
from postroom.telling.draft import draft_of
from postroom.telling.notice import on_course
from postroom.telling.ports import CollectNotice

_PARALLEL = 16
_TRIES = 5
"""How often a digest may have closed right before something came into it."""

_PATIENCE = 3
"""How often a mail cannot be stored for a reason of its own, until it has failed: the others wait for it."""

Told = tuple[Case, Notice]

Find = Callable[[Case, Notice, datetime], Course | Reason | None]
"""What becomes of a notice as of a moment; a reason, or none, for nothing."""

Statuses = Callable[[str, Sequence[str]], Mapping[str, Status]]
"""By tenant: of messages of these ids, those that are there."""


@dataclass(frozen=True, slots=True)
class CarryOut:
    notices: NoticeStore
    find_course: FindCourse
    collect: CollectNotice
    accept: AcceptMessages
    statuses: Statuses
    links: MakeLinks
    clock: Clock

    def __call__(self, told: Sequence[Told], find: Find | None = None) -> None:
        """What is not pending any more is left as it is. What fails holds up nothing else.

        ``find`` says what becomes of what comes too late for its digest, else that is as for a new event.
        Raises Unavailable: all of it can be done once more.
        """
        faults = self._send_all([one for one in told if _goes_at_once(one[1])])
        of_users: dict[str, list[Told]] = {}
        for one in told:
            if not _goes_at_once(one[1]):
                of_users.setdefault(one[1].user_id, []).append(one)
        with ThreadPoolExecutor(_PARALLEL) as pool:
            settled = list(pool.map(lambda of_user: self._try_to_settle(of_user, find), of_users.values()))
        faults += [one for one in settled if isinstance(one, Unavailable)]
        # What found no digest any more may come at once after all.
        at_once = [one for some in settled if isinstance(some, list) for one in some if _goes_at_once(one[1])]
        faults += self._send_all(at_once)
        if faults:
            raise faults[0]

    def end(self, notices: Sequence[Notice], status: NoticeStatus, error: str | None = None) -> None:
        """Those that are pending and have no mail: else what becomes of that counts, and it may be sent already."""
        pending = [one for one in notices if one.status is NoticeStatus.PENDING and not _is_up_to_its_digest(one)]
        ids = [one.message_id for one in pending if one.message_id]
        there = self.statuses(pending[0].tenant_id, ids) if ids else {}
        for notice in pending:
            if notice.message_id not in there:
                self.change(notice, replace(notice, status=status, error=error))

    def end_unless_it_waits(self, notices: Sequence[Notice], status: NoticeStatus, error: str | None = None) -> None:
        """As ``end``; but what waits in a digest, or can, waits on. Raises Unavailable."""
        with ThreadPoolExecutor(_PARALLEL) as pool:
            waits = pool.map(self._is_in_its_digest, notices)
            left = [notice for notice, is_in in zip(notices, waits, strict=True) if not is_in]
        self.end(left, status, error)

    def _is_in_its_digest(self, notice: Notice) -> bool:
        return notice.due_at is not None and not notice.message_id and self.collect(notice, notice.due_at)

    def _try_to_settle(self, told: list[Told], find: Find | None) -> list[Told] | Unavailable:
        try:
            return self._settled(told, find)
        except Unavailable as error:
            return error

    def _settled(self, told: list[Told], find: Find | None) -> list[Told]:
        """Of one user: in their digests, or with mails of their own after all."""
        for _ in range(_TRIES):
            late = self._too_late([notice for _, notice in told])
            if not late:
                return told
            told = [
                (case, self._put_off_again(case, notice, find) if notice.event_id in late else notice)
                for case, notice in told
            ]
        raise Unavailable

    def _too_late(self, notices: Sequence[Notice]) -> set[str]:
        """The events of those whose digest takes nothing more in."""
        of_digests: dict[datetime, list[Notice]] = {}
        for notice in notices:
            # With a mail, its digest has had it.
            if notice.status is NoticeStatus.PENDING and notice.due_at is not None and not notice.message_id:
                of_digests.setdefault(notice.due_at, []).append(notice)
        return {event_id for due_at, together in of_digests.items() for event_id in self._left_out(together, due_at)}

    def _left_out(self, together: Sequence[Notice], due_at: datetime) -> set[str]:
        wanted = {notice.event_id for notice in together}
        if len(together) == 1:
            return set() if self.collect(together[0], due_at) else wanted
        return wanted - self.collect.many(together, due_at)

    def _put_off_again(self, case: Case, notice: Notice, find: Find | None) -> Notice:
        """That digest is on its way: what holds behind it is decided then."""
        now = max(self.clock(), notice.due_at or self.clock())
        course = find(case, notice, now) if find else self.find_course(case, now)
        if isinstance(course, Course):
            return self.change(notice, on_course(notice, course, now))
        return self.change(notice, replace(notice, status=NoticeStatus.UNWANTED))

    def change(self, seen: Notice, wanted: Notice) -> Notice:
        """As it is then: what somebody else made of it meanwhile counts."""
        if self.notices.replace(seen, wanted):
            return replace(wanted, revision=seen.revision + 1)
        place = seen.user_id, seen.event_id
        return self.notices.get_many(seen.tenant_id, [place]).get(place, replace(seen, status=NoticeStatus.UNWANTED))

    def _send_all(self, told: Sequence[Told]) -> list[Unavailable]:
        """What is critical goes first. What could not be done now."""
        faults: list[Unavailable] = []
        for (_, tenant_id, moment), group in groupby(sorted(told, key=_turn_of), key=_accepted_together):
            try:
                faults += self._send(tenant_id, moment, list(group))
            except Unavailable as error:
                faults.append(error)
        return faults

    def _send(self, tenant_id: str, moment: datetime, told: Sequence[Told]) -> list[Unavailable]:
        drafts = [
            draft_of(case, notice, self.links(tenant_id, notice.user_id, notice.event_type)) for case, notice in told
        ]
        results = self.accept(tenant_id, drafts, Seed.fresh(moment))
        return [
            error
            for (_, notice), result in zip(told, results, strict=True)
            if isinstance(result, PostroomError) and (error := self._refused(notice, result))
        ]

    def _refused(self, notice: Notice, error: PostroomError) -> Unavailable | None:
        """None when it is written down that it has failed."""
        if isinstance(error, Unavailable):
            return error
        if not isinstance(error, Invalid) and notice.faults < _PATIENCE:
            self.change(notice, replace(notice, faults=notice.faults + 1))
            later = Unavailable()
            later.__cause__ = error
            return later
        self.change(notice, replace(notice, status=NoticeStatus.FAILED, error=_words_of(error)))
        return None


def _goes_at_once(notice: Notice) -> bool:
    return notice.status is NoticeStatus.PENDING and notice.way is Way.IMMEDIATE


def _is_up_to_its_digest(notice: Notice) -> bool:
    """Which has taken it for a mail of its own."""
    return notice.digest_id is not None and notice.message_id is not None


def _accepted_together(told: Told) -> tuple[bool, str, datetime]:
    """A mail is accepted as of the moment in its id, whenever that is done."""
    _, notice = told
    return not notice.critical, notice.tenant_id, moment_of(notice.message_id or "")


def _turn_of(told: Told) -> tuple[bool, str]:
    _, notice = told
    return not notice.critical, notice.message_id or ""


def _words_of(error: PostroomError) -> str:
    if isinstance(error, Invalid) and error.errors:
        return "; ".join(f"{one.field}: {one.message}" for one in error.errors)
    return error.detail
