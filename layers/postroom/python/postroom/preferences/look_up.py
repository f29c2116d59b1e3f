"""All that bears on whether users hear of something, read together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType
from postroom.preferences.model import UserSettings
from postroom.preferences.ports import PreferenceStore, TenantSettingsStore, UserSettingsStore
from postroom.preferences.rules import Effective, Wishes, effective, may_have
from postroom.users.manage import FindUsers
from postroom.users.model import User


@dataclass(frozen=True, slots=True)
class ReadWishes:
    """As they are now."""

    preferences: PreferenceStore
    user_settings: UserSettingsStore
    tenant_settings: TenantSettingsStore

    def of_users(self, tenant_id: str, event_type: str, user_ids: Iterable[str]) -> dict[str, Wishes]:
        """What each of them wants of this event type. Two reads for each hundred, and one for all."""
        wanted = tuple(dict.fromkeys(user_ids))
        own = self.preferences.get_many(tenant_id, event_type, wanted)
        settings = self.user_settings.get_many(tenant_id, wanted)
        tenant = self.tenant_settings.get(tenant_id)
        nothing_said = UserSettings()
        return {one: Wishes(own.get(one), settings.get(one, nothing_said), tenant) for one in wanted}

    def of_types(self, tenant_id: str, user_id: str, event_types: Iterable[str]) -> dict[str, Wishes]:
        """What one of them wants of each of these."""
        own = self.preferences.of_user(tenant_id, user_id)
        settings, tenant = self.user_settings.get(tenant_id, user_id), self.tenant_settings.get(tenant_id)
        return {name: Wishes(own.get(name), settings, tenant) for name in event_types}


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds of one event type. ``own_is_unused``: the user has a preference that the role may not have."""

    event_type: EventType
    effective: Effective
    own_is_unused: bool


@dataclass(frozen=True, slots=True)
class Overview:
    user: User
    wishes: Wishes
    holding: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class TellWhatHolds:
    """What a user hears of each event type, and whose word it is."""

    users: FindUsers
    event_types: FindEventTypes
    read: ReadWishes

    def __call__(self, tenant_id: str, user_id: str) -> Overview:
        """Raises NotFound."""
        user = self.users.one(tenant_id, user_id)
        known = self.event_types.all_of(tenant_id)
        wishes = self.read.of_types(tenant_id, user_id, known)
        return Overview(user, next(iter(wishes.values())), tuple(_holding(user, known, wishes)))


def _holding(user: User, known: dict[str, EventType], wishes: dict[str, Wishes]) -> Iterator[Holding]:
    for name, event_type in known.items():
        own = wishes[name].own
        unused = own is not None and not may_have(user.role, event_type, own.choice)
        yield Holding(event_type, effective(wishes[name], event_type, user), own_is_unused=unused)
