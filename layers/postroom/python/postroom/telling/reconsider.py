"""A mail was not sent because it was not wanted as it was any more: what becomes of those it would have told of."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from postroom.clock import Clock
from postroom.event_types.manage import FindEventTypes
from postroom.events.ports import EventStore
from postroom.messages.model import Message
from postroom.notices.model import About, Notice, NoticeStatus, Way
from postroom.notices.outcome import goes_by
from postroom.preferences.decide import AtOnce, InDigest, NotAtAll, PutOff, decide
from postroom.telling.carry_out import CarryOut
from postroom.telling.case import Case, ReadCases
from postroom.telling.course import Course, outside_of_quiet_hours
from postroom.telling.notice import event_as_told, on_course

_MINUTE = timedelta(minutes=1)
_PARALLEL = 16


@dataclass(frozen=True, slots=True)
class Reconsider:
    read_cases: ReadCases
    events: EventStore
    event_types: FindEventTypes
    carry_out: CarryOut
    clock: Clock

    def __call__(self, message: Message, notices: Sequence[Notice]) -> None:
        """``message`` ended by ``Reason.WISHES``; ``notices`` are all that it was to tell of, as they are now.

        Those that go by it still are decided about anew, and all that are pending are followed: it may be called again.
        Raises Unavailable.
        """
        pending = [notice for notice in notices if notice.status is NoticeStatus.PENDING]
        if not pending:
            return
        cases, now = self._cases(message, pending), self.clock()

        def after(notice: Notice) -> Notice:
            case = cases.get(notice.event_id)
            return self._decided(notice, case, now) if goes_by(notice, message) else notice

        with ThreadPoolExecutor(_PARALLEL) as pool:
            followed = list(pool.map(after, pending))
        # Found another way before, and their user or event type went until they were followed.
        without = [one for one in followed if one.event_id not in cases and one.status is NoticeStatus.PENDING]
        self.carry_out.end_unless_it_waits(without, NoticeStatus.UNWANTED)
        # It was to be told of before: what comes too late for a digest does not wait for the next period.
        self.carry_out([(cases[one.event_id], one) for one in followed if one.event_id in cases], self._course)

    def _cases(self, message: Message, notices: Sequence[Notice]) -> dict[str, Case]:
        """By event: a mail is for one user."""
        tenant_id, known = message.tenant_id, self.event_types.all_of(message.tenant_id)
        events = self.events.get_many(tenant_id, sorted({notice.event_id for notice in notices}))
        told = {notice.event_id: notice for notice in notices if notice.event_type in known}
        with_types = [
            (events.get(event_id) or event_as_told(notice, known[notice.event_type]), known[notice.event_type])
            for event_id, notice in told.items()
        ]
        return self.read_cases.of_user(tenant_id, About.read(message.about or "").user_id, with_types)

    def _decided(self, notice: Notice, case: Case | None, now: datetime) -> Notice:
        """Written down. All as of one moment: what was in one digest comes into one again."""
        course = self._course(case, notice, now) if case else None
        unwanted = replace(notice, status=NoticeStatus.UNWANTED)
        return self.carry_out.change(notice, on_course(notice, course, now) if course else unwanted)

    def _course(self, case: Case, notice: Notice, now: datetime) -> Course | None:
        """None for none."""
        decision = decide(case.wishes, case.happening, case.user, now)
        match decision.what:
            case NotAtAll():
                return None
            case _ if notice.way is not Way.IMMEDIATE:
                # It was due already: it goes in a digest of its own as soon as that may be.
                behind = _next_minute(max(now, notice.due_at or now))
                due_at = outside_of_quiet_hours(case.wishes, case.user, behind)
                return Course(notice.way, decision.address, due_at)
            case PutOff(until):
                return Course(Way.QUIET_HOURS, decision.address, until)
            case InDigest(due_at=due_at):
                return Course(Way.DIGEST, decision.address, due_at)
            case AtOnce():
                return self.carry_out.find_course.at_once(case, decision.address, now, anew=True)


def _next_minute(now: datetime) -> datetime:
    """What was in one digest comes into one again, and not into that one: whoever closed it may have a faster clock."""
    return now.replace(second=0, microsecond=0) + _MINUTE
