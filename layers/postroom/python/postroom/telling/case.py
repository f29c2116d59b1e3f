"""All that bears on how one user is told of one event, read together."""

from collections.abc import Iterable
from dataclasses import dataclass

from postroom.event_types.model import EventType
from postroom.events.model import Event
from postroom.preferences.decide import Happening
from postroom.preferences.look_up import ReadWishes
from postroom.preferences.rules import Wishes
from postroom.users.manage import FindUsers
from postroom.users.model import User


@dataclass(frozen=True, slots=True)
class Case:
    event: Event
    event_type: EventType
    user: User
    wishes: Wishes

    @property
    def happening(self) -> Happening:
        return Happening(self.event_type, self.event.job_type, self.event.critical)


@dataclass(frozen=True, slots=True)
class ReadCases:
    """As they are now."""

    users: FindUsers
    wishes: ReadWishes

    def __call__(self, event: Event, event_type: EventType, user_ids: Iterable[str]) -> dict[str, Case]:
        """Of those who are there, and were when it was posted, by user."""
        users = self.users.many(event.tenant_id, tuple(user_ids))
        found = {user_id: user for user_id, user in users.items() if user.was_there_at(event.created_at)}
        wishes = self.wishes.of_users(event.tenant_id, event_type.name, found) if found else {}
        return {user_id: Case(event, event_type, user, wishes[user_id]) for user_id, user in found.items()}

    def of_user(self, tenant_id: str, user_id: str, events: Iterable[tuple[Event, EventType]]) -> dict[str, Case]:
        """Of one user, if there, and the events since, by event. What they wish is read once for all."""
        user = self.users.by_id(tenant_id, user_id)
        if user is None:
            return {}
        wishes = self.wishes.of_user(tenant_id, user_id)
        return {
            event.id: Case(event, event_type, user, wishes.of(event_type.name))
            for event, event_type in events
            if user.was_there_at(event.created_at)
        }
