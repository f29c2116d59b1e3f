"""All that bears on whether users hear of something, read together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType
from postroom.preferences.model import Preference, TenantSettings, UserSettings
from postroom.preferences.ports import PreferenceStore, TenantSettingsStore, UserSettingsStore
from postroom.preferences.rules import Effective, Wishes, effective, may_have
from postroom.users.manage import FindUsers
from postroom.users.model import User


@dataclass(frozen=True, slots=True)
class WishesOfUser:
    """``own``: by event type."""

    own: Mapping[str, Preference]
    settings: UserSettings
    tenant: TenantSettings

    def of(self, event_type: str) -> Wishes:
        return Wishes(self.own.get(event_type), self.settings, self.tenant)


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

    def of_user(self, tenant_id: str, user_id: str) -> WishesOfUser:
        return WishesOfUser(
            self.preferences.of_user(tenant_id, user_id),
            self.user_settings.get(tenant_id, user_id),
            self.tenant_settings.get(tenant_id),
        )


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds of one event type. ``own_is_unused``: the user has a preference that the role may not have."""

    event_type: EventType
    effective: Effective
    own_is_unused: bool


@dataclass(frozen=True, slots=True)
class Overview:
    user: User
    wishes: WishesOfUser
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
        wishes = self.read.of_user(tenant_id, user_id)
        return Overview(user, wishes, tuple(_holding(user, one, wishes.of(name)) for name, one in known.items()))


def _holding(user: User, event_type: EventType, wishes: Wishes) -> Holding:
    unused = wishes.own is not None and not may_have(user.role, event_type, wishes.own.choice)
    return Holding(event_type, effective(wishes, event_type, user), own_is_unused=unused)
