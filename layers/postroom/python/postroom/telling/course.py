"""How and when one user is told of one event: as they wish, and not too often of one kind."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from postroom.notices.model import Way
from postroom.preferences.decide import AtOnce, InDigest, NotAtAll, PutOff, Reason, decide
from postroom.preferences.rules import Wishes, most_per_hour_of, timezone_of
from postroom.preferences.times import quiet_until
from postroom.preferences.wall_clock import next_full_hour
from postroom.telling.case import Case
from postroom.telling.ports import Throttle
from postroom.users.model import User


@dataclass(frozen=True, slots=True)
class Course:
    """``due_at``: of the digest, None for a mail at once."""

    way: Way
    address: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FindCourse:
    throttle: Throttle

    def __call__(self, case: Case, now: datetime) -> Course | Reason:
        """Raises Unavailable."""
        decision = decide(case.wishes, case.happening, case.user, now)
        match decision.what:
            case NotAtAll(reason):
                return reason
            case PutOff(until):
                return Course(Way.QUIET_HOURS, decision.address, until)
            case InDigest(due_at=due_at):
                return Course(Way.DIGEST, decision.address, due_at)
            case AtOnce():
                return self.at_once(case, decision.address, now)

    def at_once(self, case: Case, address: str, now: datetime, *, anew: bool = False) -> Course:
        """If there is room for it. ``anew``: it was admitted before, and has not gone. Raises Unavailable."""
        event, most = case.event, most_per_hour_of(case.wishes.settings, case.wishes.tenant)
        if event.critical or self.throttle.admits(
            event.tenant_id, case.user.id, case.event_type.name, event.id, most, now, anew=anew
        ):
            return Course(Way.IMMEDIATE, address)
        return Course(Way.THROTTLED, address, _next_hour(case, now))


def outside_of_quiet_hours(wishes: Wishes, user: User, moment: datetime) -> datetime:
    """That moment, or when they end."""
    return quiet_until(wishes.settings.quiet_hours, _zone(wishes, user), moment) or moment


def _next_hour(case: Case, now: datetime) -> datetime:
    hour = next_full_hour(_zone(case.wishes, case.user), now)
    return outside_of_quiet_hours(case.wishes, case.user, hour)


def _zone(wishes: Wishes, user: User) -> ZoneInfo:
    return ZoneInfo(timezone_of(wishes.settings, user))
