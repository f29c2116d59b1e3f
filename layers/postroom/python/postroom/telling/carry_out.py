"""Does what notices say: a mail at once, or a place in a digest. Done once more, it doubles nothing."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from postroom.clock import Clock
from postroom.errors import Invalid, PostroomError, Unavailable
from postroom.ids import Seed, moment_of
from postroom.messages.accept import AcceptMessages
from postroom.messages.model import Message
from postroom.notices.model import Notice, NoticeStatus, Way
from postroom.notices.ports import NoticeStore
from postroom.preferences.decide import Reason
from postroom.telling.case import Case
from postroom.telling.course import FindCourse
from postroom.telling.draft import draft_of
from postroom.telling.notice import on_course
from postroom.telling.ports import CollectNotice, MakeLinks

_PARALLEL = 16
_TRIES = 5
"""How often a digest may have closed right before something came into it."""

_PATIENCE = 3
"""Faults of an event in a row, until what cannot be stored for a reason of its own has failed: the others wait."""

Told = tuple[Case, Notice]


@dataclass(frozen=True, slots=True)
class CarryOut:
    notices: NoticeStore
    find_course: FindCourse
    collect: CollectNotice
    accept: AcceptMessages
    links: MakeLinks
    clock: Clock

    def __call__(self, told: Sequence[Told]) -> None:
        """What is not pending any more is left as it is. Raises Unavailable: all of it can be done once more."""
        with ThreadPoolExecutor(_PARALLEL) as pool:
            settled = list(pool.map(self._settled, told))
        mails = sorted((one for one in settled if _goes_at_once(one[1])), key=_mail_of)
        for (tenant_id, moment), group in groupby(mails, key=_accepted_together):
            self._send(tenant_id, moment, list(group))

    def _settled(self, told: Told) -> Told:
        """In its digest, or with a mail of its own after all."""
        case, notice = told
        for _ in range(_TRIES):
            # With a mail, its digest has had it.
            if notice.status is not NoticeStatus.PENDING or notice.due_at is None or notice.message_id:
                return case, notice
            if self.collect(notice, notice.due_at):
                return case, notice
            notice = self._put_off_again(case, notice)
        raise Unavailable

    def _put_off_again(self, case: Case, notice: Notice) -> Notice:
        """That digest is on its way: what holds behind it is decided then."""
        now = max(self.clock(), notice.due_at or self.clock())
        course = self.find_course(case, now)
        wanted = (
            replace(notice, status=NoticeStatus.UNWANTED)
            if isinstance(course, Reason)
            else on_course(notice, course, now)
        )
        return self.change(notice, wanted)

    def change(self, seen: Notice, wanted: Notice) -> Notice:
        """As it is then: what somebody else made of it meanwhile counts."""
        if self.notices.replace(seen, wanted):
            return replace(wanted, revision=seen.revision + 1)
        place = seen.user_id, seen.event_id
        return self.notices.get_many(seen.tenant_id, [place]).get(place, replace(seen, status=NoticeStatus.UNWANTED))

    def _send(self, tenant_id: str, moment: datetime, told: Sequence[Told]) -> None:
        drafts = [
            draft_of(case, notice, self.links(tenant_id, notice.user_id, notice.event_type)) for case, notice in told
        ]
        results = self.accept(tenant_id, drafts, Seed.fresh(moment))
        for (case, notice), result in zip(told, results, strict=True):
            match result:
                case Message():
                    continue
                case Unavailable():
                    raise result
                case PostroomError() if not isinstance(result, Invalid) and case.event.faults < _PATIENCE:
                    raise Unavailable from result
                case _:
                    self.change(notice, replace(notice, status=NoticeStatus.FAILED, error=_words_of(result)))


def _goes_at_once(notice: Notice) -> bool:
    return notice.status is NoticeStatus.PENDING and notice.way is Way.IMMEDIATE


def _accepted_together(told: Told) -> tuple[str, datetime]:
    """A mail is accepted as of the moment in its id, whenever that is done."""
    _, notice = told
    return notice.tenant_id, moment_of(_mail_of(told))


def _mail_of(told: Told) -> str:
    return told[1].message_id or ""


def _words_of(error: PostroomError) -> str:
    if isinstance(error, Invalid) and error.errors:
        return "; ".join(f"{one.field}: {one.message}" for one in error.errors)
    return error.detail
