"""A portion of users is told of an event: each the way they want, once, whoever does it and however often."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from postroom.clock import Clock
from postroom.event_types.model import EventType
from postroom.events.model import Event
from postroom.notices.model import Notice, NoticeStatus
from postroom.notices.ports import NoticeStore
from postroom.preferences.candidates import OWN, goes_through_again, leg_of
from postroom.preferences.decide import Reason
from postroom.telling.carry_out import CarryOut
from postroom.telling.case import Case, ReadCases
from postroom.telling.course import Course, FindCourse
from postroom.telling.model import Told
from postroom.telling.notice import new_notice

_PARALLEL = 16

Courses = Mapping[str, Course | Reason | None]
"""By user, None for one who is not there."""


@dataclass(frozen=True, slots=True)
class TellUsers:
    read_cases: ReadCases
    find_course: FindCourse
    notices: NoticeStore
    carry_out: CarryOut
    clock: Clock

    def __call__(self, event: Event, event_type: EventType, users: Sequence[str], /) -> Counter[str]:
        """How many, by what is done about them. Whom it was decided about stays decided about.

        Who comes in two legs of the walk through users is counted in the first one, also when that is done once more.
        Raises Unavailable: all of it can be done once more.
        """
        ids = tuple(dict.fromkeys(users))
        cases = self.read_cases(event, event_type, ids)
        there = self.notices.get_many(event.tenant_id, [(user_id, event.id) for user_id in ids])
        decided = {user_id for user_id, _ in there}
        courses = self._courses(cases, [user_id for user_id in ids if user_id not in decided])
        notices = [*there.values(), *self._added(cases, courses)]
        self._follow(cases, notices)
        leg = leg_of(event.place)
        not_told = {user_id: course for user_id, course in courses.items() if not isinstance(course, Course)}
        return Counter(
            (
                *(Told(notice.way).value for notice in notices if notice.leg == leg),
                *(
                    _not_told(course)
                    for user_id, course in not_told.items()
                    if not _came_before(leg, cases.get(user_id))
                ),
            )
        )

    def _courses(self, cases: Mapping[str, Case], user_ids: Sequence[str]) -> Courses:
        now = self.clock()

        def course(user_id: str) -> Course | Reason | None:
            case = cases.get(user_id)
            return self.find_course(case, now) if case else None

        with ThreadPoolExecutor(_PARALLEL) as pool:
            return dict(zip(user_ids, pool.map(course, user_ids), strict=True))

    def _added(self, cases: Mapping[str, Case], courses: Courses) -> list[Notice]:
        now = self.clock()
        told = {user_id: course for user_id, course in courses.items() if isinstance(course, Course)}
        new = [new_notice(cases[user_id], course, now) for user_id, course in told.items()]
        return self.notices.add(new) if new else []

    def _follow(self, cases: Mapping[str, Case], notices: Sequence[Notice]) -> None:
        pending = [notice for notice in notices if notice.status is NoticeStatus.PENDING]
        self.carry_out.end([one for one in pending if one.user_id not in cases], NoticeStatus.UNWANTED)
        self.carry_out([(cases[one.user_id], one) for one in pending if one.user_id in cases])


def _came_before(leg: str, case: Case | None) -> bool:
    """Whoever has a preference comes by that first; and roles that are gone through again had nearly everybody."""
    return goes_through_again(leg) or (leg != OWN and case is not None and case.wishes.own is not None)


def _not_told(reason: Reason | None) -> str:
    return (Told(reason) if reason else Told.UNKNOWN_USER).value
