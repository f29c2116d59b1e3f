"""What goes with a user, and with an event type."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from postroom.audit.acting import entries_of
from postroom.audit.model import Entries
from postroom.errors import Conflict, Unavailable
from postroom.paging import PageRequest
from postroom.preferences.deeds import preference_deleted, preference_settings_changed
from postroom.preferences.model import Preference
from postroom.preferences.ports import PreferenceStore, TenantSettingsStore, UserSettingsStore

_TRIES = 10
"""How often it is looked again what is left: somebody else may change it meanwhile."""

_AT_ONCE = 1000
"""So many preferences are deleted in one request: there is time for no more."""

_PARALLEL = 8
"""A tenant's audit log takes some 500 entries a second."""


@dataclass(frozen=True, slots=True)
class ForgetUser:
    preferences: PreferenceStore
    settings: UserSettingsStore

    def __call__(self, tenant_id: str, user_id: str) -> None:
        """Raises Unavailable; can be repeated."""
        self.settings.delete(tenant_id, user_id)
        for _ in range(_TRIES):
            left = self.preferences.of_user(tenant_id, user_id)
            gone = [self.preferences.delete(one, _told(one)) for one in left.values()]
            if all(gone):
                return
        raise Unavailable


@dataclass(frozen=True, slots=True)
class TypeSubscriptions:
    """What holds on to an event type: see ``event_types.manage.Subscriptions``."""

    preferences: PreferenceStore
    settings: TenantSettingsStore

    def of_type(self, tenant_id: str, name: str) -> str:
        preferences = "preferences of users" if self._some(tenant_id, name, 1) else ""
        default = "a default of the tenant" if name in self.settings.get(tenant_id).defaults else ""
        return " and ".join(filter(None, (preferences, default)))

    def forget_type(self, tenant_id: str, name: str) -> None:
        """Raises Conflict when there were more than one request can delete."""
        self._forget_default(tenant_id, name)
        left = self._some(tenant_id, name, _AT_ONCE)
        if not left:
            return
        told = [_told(one) for one in left]  # not in the threads, which know of nobody who acts
        with ThreadPoolExecutor(_PARALLEL) as threads:
            list(threads.map(self.preferences.delete, left, told))
        if self._some(tenant_id, name, 1):
            raise Conflict(f"{len(left)} preferences are deleted, and there are more: ask again to go on")

    def _some(self, tenant_id: str, name: str, limit: int) -> tuple[Preference, ...]:
        return self.preferences.subscribers(tenant_id, name, PageRequest(limit)).items

    def _forget_default(self, tenant_id: str, name: str) -> None:
        for _ in range(_TRIES):
            seen = self.settings.get(tenant_id)
            if name not in seen.defaults:
                return
            others = {one: default for one, default in seen.defaults.items() if one != name}
            changed = replace(seen, defaults=others, revision=seen.revision + 1)
            entries = entries_of(tenant_id, preference_settings_changed(seen, changed))
            if self.settings.replace(tenant_id, seen, changed, entries):
                return
        raise Unavailable


def _told(preference: Preference) -> Entries:
    return entries_of(preference.tenant_id, preference_deleted(preference))
