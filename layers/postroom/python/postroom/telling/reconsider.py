"""A mail was not sent because it was not wanted as it was any more: what becomes of those it would have told of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from postroom.clock import Clock
from postroom.event_types.manage import FindEventTypes
from postroom.events.ports import EventStore
from postroom.messages.model import Message
from postroom.notices.model import Notice, NoticeStatus, Way
from postroom.preferences.decide import AtOnce, InDigest, NotAtAll, PutOff, decide
from postroom.telling.carry_out import CarryOut
from postroom.telling.case import Case, ReadCases
from postroom.telling.course import Course, outside_of_quiet_hours
from postroom.telling.notice import carries, event_as_told, on_course

_MINUTE = timedelta(minutes=1)


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
        cases = self._cases(message.tenant_id, pending)
        told = []
        for notice in pending:
            case = cases.get(_place(notice))
            after = self._decided(notice, case) if carries(message, notice) else notice
            if case is not None:
                told.append((case, after))
        self.carry_out(told)

    def _cases(self, tenant_id: str, notices: Sequence[Notice]) -> dict[tuple[str, str], Case]:
        events = self.events.get_many(tenant_id, sorted({notice.event_id for notice in notices})) if notices else {}
        known = self.event_types.all_of(tenant_id) if notices else {}
        found: dict[tuple[str, str], Case] = {}
        for event_id, told in {notice.event_id: notice for notice in notices}.items():
            event_type = known.get(told.event_type)
            if event_type is None:
                continue
            users = [notice.user_id for notice in notices if notice.event_id == event_id]
            of_event = self.read_cases(events.get(event_id) or event_as_told(told, event_type), event_type, users)
            found |= {(user_id, event_id): case for user_id, case in of_event.items()}
        return found

    def _decided(self, notice: Notice, case: Case | None) -> Notice:
        """Written down."""
        now = self.clock()
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
                due_at = outside_of_quiet_hours(case.wishes, case.user, _next_minute(now))
                return Course(notice.way, decision.address, due_at)
            case PutOff(until):
                return Course(Way.QUIET_HOURS, decision.address, until)
            case InDigest(due_at=due_at):
                return Course(Way.DIGEST, decision.address, due_at)
            case AtOnce():
                return self.carry_out.find_course.at_once(case, decision.address, now, anew=True)


def _next_minute(now: datetime) -> datetime:
    """What was in one digest comes into one again."""
    return now.replace(second=0, microsecond=0) + _MINUTE


def _place(notice: Notice) -> tuple[str, str]:
    return notice.user_id, notice.event_id
