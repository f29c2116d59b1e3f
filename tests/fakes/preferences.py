from collections.abc import Callable, Iterable
from threading import Lock

from postroom.audit.model import Entries
from postroom.event_types.model import EventType
from postroom.paging import Page, PageRequest, page_of
from postroom.preferences.model import Preference, TenantSettings, UserSettings
from postroom.preferences.ports import Filter, Written
from tests.fakes.audit import MemoryAuditLog


class MemoryEventTypes:
    def __init__(self) -> None:
        self._types: dict[tuple[str, str], EventType] = {}
        self.log = MemoryAuditLog()

    def get(self, tenant_id: str, name: str) -> EventType | None:
        return self._types.get((tenant_id, name))

    def all_of(self, tenant_id: str) -> dict[str, EventType]:
        return {name: one for (owner, name), one in self._types.items() if owner == tenant_id}

    def put(self, tenant_id: str, wanted: EventType, seen: EventType | None, entries: Entries = ()) -> bool:
        there = self.get(tenant_id, wanted.name)
        if there == seen:
            self._types[tenant_id, wanted.name] = wanted
            self.log.write(entries)
        return there in (seen, wanted)

    def delete(self, tenant_id: str, seen: EventType, entries: Entries = ()) -> bool:
        there = self.get(tenant_id, seen.name)
        if there == seen:
            del self._types[tenant_id, seen.name]
            self.log.write(entries)
        return there in (seen, None)


class MemoryPreferences:
    """``is_there``: whether the user and the event type of a preference are."""

    def __init__(self, is_there: Callable[[Preference], bool] = lambda _: True) -> None:
        self._preferences: dict[tuple[str, str], Preference] = {}
        self.log = MemoryAuditLog()
        self._is_there = is_there
        self._lock = Lock()

    def get(self, tenant_id: str, preference_id: str) -> Preference | None:
        return self._preferences.get((tenant_id, preference_id))

    def get_many(self, tenant_id: str, event_type: str, user_ids: Iterable[str]) -> dict[str, Preference]:
        wanted = set(user_ids)
        return {one.user_id: one for one in self._of(tenant_id, event_type=event_type) if one.user_id in wanted}

    def of_user(self, tenant_id: str, user_id: str) -> dict[str, Preference]:
        return {one.event_type: one for one in self._of(tenant_id, user_id=user_id)}

    def put(self, preference: Preference, seen: Preference | None, entries: Entries = ()) -> Written:
        with self._lock:
            now = self.get(preference.tenant_id, preference.id)
            if now == preference:
                return Written.WRITTEN
            if not self._is_there(preference):
                return Written.GONE
            if now != seen:
                return Written.STALE
            self._preferences[preference.tenant_id, preference.id] = preference
            self.log.write(entries)
            return Written.WRITTEN

    def delete(self, seen: Preference, entries: Entries = ()) -> bool:
        with self._lock:
            now = self.get(seen.tenant_id, seen.id)
            if now is not None and now != seen:
                return False
            if self._preferences.pop((seen.tenant_id, seen.id), None):
                self.log.write(entries)
            return True

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Preference]:
        found = sorted(filter(wanted.matches, self._of(tenant_id)), key=lambda one: one.id)
        if request.newest_first:
            found.reverse()
        if request.after is not None:
            after = request.after
            found = [one for one in found if (one.id < after if request.newest_first else one.id > after)]
        return page_of(found, request.limit, lambda one: one.id)

    def subscribers(self, tenant_id: str, event_type: str, request: PageRequest) -> Page[Preference]:
        return self.page(tenant_id, Filter(event_type=event_type), request)

    def _of(self, tenant_id: str, user_id: str | None = None, event_type: str | None = None) -> list[Preference]:
        wanted = Filter(user_id, event_type)
        return [one for (owner, _), one in self._preferences.items() if owner == tenant_id and wanted.matches(one)]


class MemoryUserSettings:
    """``is_there``: whether there is such a user."""

    def __init__(self, is_there: Callable[[str, str], bool] = lambda *_: True) -> None:
        self._settings: dict[tuple[str, str], UserSettings] = {}
        self.log = MemoryAuditLog()
        self._is_there = is_there

    def get(self, tenant_id: str, user_id: str) -> UserSettings:
        return self._settings.get((tenant_id, user_id), UserSettings())

    def get_many(self, tenant_id: str, user_ids: Iterable[str]) -> dict[str, UserSettings]:
        return {one: self._settings[tenant_id, one] for one in user_ids if (tenant_id, one) in self._settings}

    def replace(
        self, tenant_id: str, user_id: str, seen: UserSettings, settings: UserSettings, entries: Entries = ()
    ) -> Written:
        there = self.get(tenant_id, user_id)
        if there == settings:
            return Written.WRITTEN
        if not self._is_there(tenant_id, user_id):
            return Written.GONE
        if there.revision != seen.revision:
            return Written.STALE
        self._settings[tenant_id, user_id] = settings
        self.log.write(entries)
        return Written.WRITTEN

    def delete(self, tenant_id: str, user_id: str) -> None:
        self._settings.pop((tenant_id, user_id), None)


class MemoryTenantSettings:
    def __init__(self) -> None:
        self._settings: dict[str, TenantSettings] = {}
        self.log = MemoryAuditLog()

    def get(self, tenant_id: str) -> TenantSettings:
        return self._settings.get(tenant_id, TenantSettings())

    def put(self, tenant_id: str, settings: TenantSettings) -> None:
        """Whatever was there."""
        self._settings[tenant_id] = settings

    def replace(self, tenant_id: str, seen: TenantSettings, settings: TenantSettings, entries: Entries = ()) -> bool:
        there = self.get(tenant_id)
        if there.revision == seen.revision:
            self._settings[tenant_id] = settings
            self.log.write(entries)
        return there.revision == seen.revision or there == settings
