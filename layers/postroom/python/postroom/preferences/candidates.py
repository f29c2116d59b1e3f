"""Who might hear of an event: everybody who does is among them, and few others are. ``decide`` says who it is.

Nobody reads all users for that, unless a tenant has said that all are to hear of it: first come those who have a
preference of this event type, and then those in the roles that hear of it unasked. Several roles are gone through
twice: who moves from one that comes later to one that was gone through already would else be in neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.event_types.model import EventType
from postroom.paging import Page, PageRequest
from postroom.preferences.ports import PreferenceStore, TenantSettingsStore
from postroom.preferences.rules import roles_that_hear
from postroom.users.manage import FindUsers
from postroom.users.model import UserRole
from postroom.users.ports import Filter

OWN, _EVERYBODY = "own", "everybody"
"""Legs of the walk, beside those of roles: who has a preference, and all users. Nobody comes twice in one of them."""

_AGAIN = "again_"
_LEGS = (OWN, _EVERYBODY, *UserRole, *(f"{_AGAIN}{role}" for role in UserRole))
_LATE = timedelta(minutes=1)
"""A preference or a user is dated by its request, which may write it up to so much later."""


@dataclass(frozen=True, slots=True)
class FindCandidates:
    preferences: PreferenceStore
    users: FindUsers
    settings: TenantSettingsStore

    def __call__(self, tenant_id: str, event_type: EventType, began_at: datetime, request: PageRequest) -> Page[str]:
        """Ids of users, always in the same order. A page may be short, or empty, and have another one behind it.

        ``began_at`` is when the walk through the pages did. Somebody who changes a preference or a role meanwhile may
        come twice.
        """
        leg, after = _read(request.after)
        page = self._leg(tenant_id, event_type, leg, began_at, PageRequest(request.limit, after))
        if page.last is not None:
            return Page(page.items, f"{leg}:{page.last}")
        return Page(page.items, self._next(tenant_id, event_type, leg))

    def _next(self, tenant_id: str, event_type: EventType, leg: str) -> str | None:
        roles = roles_that_hear(event_type, self.settings.get(tenant_id))
        legs = {_EVERYBODY} if len(roles) == len(UserRole) else {str(role) for role in roles}
        if len(legs) > 1:
            legs |= {f"{_AGAIN}{role}" for role in roles}
        behind = [one for one in _LEGS[_LEGS.index(leg) + 1 :] if one in legs]
        return f"{behind[0]}:" if behind else None

    def _leg(
        self, tenant_id: str, event_type: EventType, leg: str, began_at: datetime, request: PageRequest
    ) -> Page[str]:
        if leg == OWN:
            own = self.preferences.subscribers(tenant_id, event_type.name, request)
            return Page(tuple(one.user_id for one in own.items if one.choice.enabled), own.last)
        wanted = Filter() if leg == _EVERYBODY else Filter(role=UserRole(leg.removeprefix(_AGAIN)))
        found = self.users.page(tenant_id, wanted, request)
        since = began_at - _LATE
        ids = [user.id for user in found.items if not goes_through_again(leg) or user.updated_at > since]
        return Page(self._without_own(tenant_id, event_type, ids, began_at), found.last)

    def _without_own(
        self, tenant_id: str, event_type: EventType, ids: Sequence[str], began_at: datetime
    ) -> tuple[str, ...]:
        """Who has a preference was found before, or does not want to hear, but for one that was made meanwhile."""
        own = self.preferences.get_many(tenant_id, event_type.name, ids)
        found = {one.user_id for one in own.values() if one.created_at <= began_at - _LATE or not one.choice.enabled}
        return tuple(user_id for user_id in ids if user_id not in found)


def leg_of(place: str | None) -> str:
    """In which a page begins that is behind this place."""
    return _read(place)[0]


def goes_through_again(leg: str) -> bool:
    """Those who were in another leg already, but for who changed meanwhile."""
    return leg.startswith(_AGAIN)


def _read(place: str | None) -> tuple[str, str | None]:
    leg, _, after = (place or f"{OWN}:").partition(":")
    return leg, after or None
