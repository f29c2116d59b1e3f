"""What a user says for all events, and what a tenant says for all its users."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from postroom.audit.acting import entries_of
from postroom.errors import Conflict, FieldError, Invalid, NotFound
from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType
from postroom.preferences.deeds import preference_settings_changed, user_settings_changed
from postroom.preferences.model import TenantDefault, TenantSettings, UserSettings
from postroom.preferences.ports import TenantSettingsStore, UserSettingsStore, Written
from postroom.preferences.rules import ROLE_RULES
from postroom.preferences.windows import faults_of
from postroom.users.manage import FindUsers

MayLeadTo = Callable[[str, str], bool]
"""Whether a tenant's links may lead to this URL."""


@dataclass(frozen=True, slots=True)
class ReadUserSettings:
    store: UserSettingsStore
    users: FindUsers

    def __call__(self, tenant_id: str, user_id: str) -> UserSettings:
        """Raises NotFound."""
        self.users.one(tenant_id, user_id)
        return self.store.get(tenant_id, user_id)


@dataclass(frozen=True, slots=True)
class ChangeUserSettings:
    store: UserSettingsStore
    users: FindUsers

    def __call__(
        self, tenant_id: str, user_id: str, change: Callable[[UserSettings], UserSettings], revision: int | None
    ) -> UserSettings:
        """Raises Invalid, NotFound, and Conflict when somebody else changed it, or it is not at this ``revision``."""
        self.users.one(tenant_id, user_id)
        seen = self.store.get(tenant_id, user_id)
        if revision not in {None, seen.revision}:
            raise _changed_meanwhile()
        wanted = change(seen)
        if faults := tuple(faults_of(wanted.quiet_hours)):
            raise Invalid(faults)
        changed = replace(wanted, revision=seen.revision + 1)
        entries = entries_of(tenant_id, user_settings_changed(user_id, seen, changed))
        match self.store.replace(tenant_id, user_id, seen, changed, entries):
            case Written.WRITTEN:
                return changed
            case Written.GONE:
                raise NotFound
            case Written.STALE:
                raise _changed_meanwhile()


@dataclass(frozen=True, slots=True)
class ReadTenantSettings:
    store: TenantSettingsStore

    def __call__(self, tenant_id: str) -> TenantSettings:
        return self.store.get(tenant_id)


@dataclass(frozen=True, slots=True)
class ChangeTenantSettings:
    store: TenantSettingsStore
    event_types: FindEventTypes
    may_lead_to: MayLeadTo

    def __call__(
        self, tenant_id: str, change: Callable[[TenantSettings], TenantSettings], revision: int | None
    ) -> TenantSettings:
        """Raises Invalid, and Conflict when somebody else changed it, or it is not at this ``revision``."""
        seen = self.store.get(tenant_id)
        if revision not in {None, seen.revision}:
            raise _changed_meanwhile()
        wanted = change(seen)
        if faults := tuple(self._faults(tenant_id, seen, wanted)):
            raise Invalid(faults)
        changed = replace(wanted, revision=seen.revision + 1)
        entries = entries_of(tenant_id, preference_settings_changed(seen, changed))
        if not self.store.replace(tenant_id, seen, changed, entries):
            raise _changed_meanwhile()
        return changed

    def _faults(self, tenant_id: str, seen: TenantSettings, wanted: TenantSettings) -> Iterator[FieldError]:
        known = self.event_types.all_of(tenant_id)
        for name, default in wanted.defaults.items():
            if name in known:
                yield from _faults_of(known[name], default)
            elif name not in seen.defaults:
                yield FieldError(f"defaults.{name}", "There is no such event type")
        url = wanted.confirmation_url
        if url and url != seen.confirmation_url and not self.may_lead_to(tenant_id, url):
            words = "must have one of the origins that are registered in the settings of mails"
            yield FieldError("confirmation_url", words)


def _faults_of(event_type: EventType, default: TenantDefault) -> Iterator[FieldError]:
    deaf = [role for role in sorted(default.roles) if event_type.nature not in ROLE_RULES[role].may_hear]
    if default.choice.enabled and deaf:
        words = f"must not have {' and '.join(deaf)}: {event_type.name} is a {event_type.nature}"
        yield FieldError(f"defaults.{event_type.name}.roles", words)


def _changed_meanwhile() -> Conflict:
    return Conflict("The settings were changed by somebody else meanwhile; read them and try again")
