"""Preferences as they are shown: with whether their users' roles may have them."""

from collections.abc import Iterable
from dataclasses import dataclass

from postroom.event_types.manage import FindEventTypes
from postroom.preferences.model import Preference
from postroom.preferences.rules import may_have
from postroom.users.manage import FindUsers


@dataclass(frozen=True, slots=True)
class Shown:
    preference: Preference
    permitted: bool


@dataclass(frozen=True, slots=True)
class Show:
    users: FindUsers
    event_types: FindEventTypes

    def one(self, preference: Preference) -> Shown:
        return self.many(preference.tenant_id, [preference])[0]

    def many(self, tenant_id: str, preferences: Iterable[Preference]) -> list[Shown]:
        """In the same order. Two reads for all of them."""
        preferences = list(preferences)
        users = self.users.many(tenant_id, [one.user_id for one in preferences])
        known = self.event_types.all_of(tenant_id) if preferences else {}
        roles = {user.id: user.role for user in users.values()}
        return [
            Shown(
                one,
                permitted=one.user_id in roles
                and one.event_type in known
                and may_have(roles[one.user_id], known[one.event_type], one.choice),
            )
            for one in preferences
        ]
