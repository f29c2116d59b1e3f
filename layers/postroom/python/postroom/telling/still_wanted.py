"""Whether mails that tell users of something are wanted as they are, asked right before they are sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from postroom.clock import Clock
from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType
from postroom.ids import moment_of
from postroom.messages.model import Message
from postroom.notices.model import Notice, NoticeStatus
from postroom.notices.outcome import goes_by, places_of
from postroom.notices.ports import Carried, NoticeStore, Place
from postroom.preferences.decide import AtOnce, Happening, NotAtAll, decide
from postroom.preferences.look_up import ReadWishes
from postroom.preferences.rules import Wishes, most_per_hour_of
from postroom.telling.course import outside_of_quiet_hours
from postroom.telling.ports import Throttle
from postroom.telling.throttle import A_MOMENT
from postroom.users.manage import FindUsers
from postroom.users.model import User

NOT_WANTED = "Its recipient does not want to hear of it any more"
NOT_NOW = "Its recipient does not want to hear of it at this time any more"
NOT_THERE = "Its recipient wants to hear of it at another address"
TOO_MUCH = "Its recipient has heard of as much of this kind within an hour as they want to at once"
TOLD_OTHERWISE = "Its recipient is told of it by another mail"

_TO_BE_TOLD = frozenset({NoticeStatus.PENDING, NoticeStatus.UNCERTAIN})
"""What ended by itself is told of by no mail: whoever accepted this one was late."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """``wishes`` by user and event type."""

    users: Mapping[str, User]
    event_types: Mapping[str, EventType]
    wishes: Mapping[tuple[str, str], Wishes]


@dataclass(frozen=True, slots=True)
class StillWanted:
    """Nothing is read for mails that tell nobody of anything."""

    notices: NoticeStore
    carried: Carried
    users: FindUsers
    event_types: FindEventTypes
    wishes: ReadWishes
    throttle: Throttle
    clock: Clock

    def __call__(self, tenant_id: str, messages: Sequence[Message]) -> dict[str, str]:
        """Of those that are not, why, by the id of the message. Raises Unavailable."""
        told_by = {message.id: places_of(message, self.carried) for message in messages if message.about}
        notices = self.notices.get_many(tenant_id, {place for places in told_by.values() for place in places})
        standing = self._read(tenant_id, notices)
        now = self.clock()
        found = {}
        for message in messages:
            places = told_by.get(message.id)
            objections = [self._objection(message, notices.get(place), standing, now) for place in places or ()]
            if places is not None and (not places or any(objections)):
                found[message.id] = next(filter(None, objections), NOT_WANTED)
        return found

    def _objection(self, message: Message, notice: Notice | None, standing: _Standing, now: datetime) -> str:
        """An empty one for none."""
        objection = _objection(message, notice, standing, now)
        if objection or notice is None or notice.digest_id or notice.critical:
            return objection
        return "" if self._has_room(message, notice, standing, now) else TOO_MUCH

    def _has_room(self, message: Message, notice: Notice, standing: _Standing, now: datetime) -> bool:
        """What goes right away was counted when it was decided about; what has waited is counted when it goes."""
        if now - moment_of(message.id) <= A_MOMENT:
            return True
        wishes = standing.wishes[notice.user_id, notice.event_type]
        most = most_per_hour_of(wishes.settings, wishes.tenant)
        return self.throttle.admits(
            notice.tenant_id, notice.user_id, notice.event_type, notice.event_id, most, now, anew=True
        )

    def _read(self, tenant_id: str, notices: Mapping[Place, Notice]) -> _Standing:
        of_types: dict[str, set[str]] = {}
        for notice in notices.values():
            of_types.setdefault(notice.event_type, set()).add(notice.user_id)
        users = self.users.many(tenant_id, sorted(set().union(*of_types.values()))) if of_types else {}
        return _Standing(
            users,
            {name: known for name in of_types if (known := self.event_types.by_name(tenant_id, name))},
            {
                (user_id, name): wishes
                for name, user_ids in of_types.items()
                for user_id, wishes in self.wishes.of_users(tenant_id, name, sorted(user_ids)).items()
            },
        )


def _objection(message: Message, notice: Notice | None, standing: _Standing, now: datetime) -> str:
    """An empty one for none."""
    user = standing.users.get(notice.user_id) if notice else None
    event_type = standing.event_types.get(notice.event_type) if notice else None
    if notice is None or user is None or event_type is None or not user.was_there_at(notice.created_at):
        return NOT_WANTED
    if notice.status not in _TO_BE_TOLD or not goes_by(notice, message):
        return TOLD_OTHERWISE
    wishes = standing.wishes[notice.user_id, notice.event_type]
    decision = decide(wishes, Happening(event_type, notice.job_type, notice.critical), user, now)
    if isinstance(decision.what, NotAtAll):
        return NOT_WANTED
    if decision.address not in message.recipients:
        return NOT_THERE
    is_time = (
        outside_of_quiet_hours(wishes, user, now) == now if notice.digest_id else isinstance(decision.what, AtOnce)
    )
    return "" if is_time else NOT_NOW
