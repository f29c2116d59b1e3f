"""Preferences in the directory table."""

from collections.abc import Callable, Iterable
from functools import partial

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.dynamo import Key, as_seen, get, page, raise_unless_refused, save, transaction, translated
from postroom.event_types.model import BUILT_IN
from postroom.paging import Page, PageRequest, filled
from postroom.preferences.model import Preference, TenantSettings, UserSettings, id_of
from postroom.preferences.ports import Filter, Written
from postroom.preferences.rows import (
    PlaceRow,
    PreferenceRow,
    TenantSettingsRow,
    UserSettingsRow,
    preference_of,
    preference_rows,
    tenant_settings_of,
    tenant_settings_row,
    user_settings_of,
    user_settings_row,
)
from postroom.tenancy import keys

_ALL = 1000
"""More than there are event types."""


class DynamoPreferences:
    def get(self, tenant_id: str, preference_id: str) -> Preference | None:
        row = get(PreferenceRow, keys.preference_key(tenant_id, preference_id))
        return preference_of(tenant_id, row) if row else None

    def get_many(self, tenant_id: str, event_type: str, user_ids: Iterable[str]) -> dict[str, Preference]:
        ids = [id_of(user_id, event_type) for user_id in dict.fromkeys(user_ids)]
        wanted = [keys.preference_key(tenant_id, one) for one in ids]
        with translated():
            rows = PreferenceRow.batch_get(wanted, consistent_read=True) if wanted else ()
            return {row.user_id: preference_of(tenant_id, row) for row in rows}

    def of_user(self, tenant_id: str, user_id: str) -> dict[str, Preference]:
        found = self._read(tenant_id, Filter(user_id), PageRequest(_ALL))
        return {preference.event_type: preference for preference in found.items}

    def put(self, preference: Preference, seen: Preference | None, entries: Entries = ()) -> Written:
        by_user, by_type = preference_rows(preference)
        needed = _needed(preference)
        try:
            with transaction(PreferenceRow, rows_of(entries)) as write:
                _require(write, needed)
                write.save(by_user, as_seen(PreferenceRow, seen, "created_at"))
                write.save(by_type)
        except TransactWriteError as error:
            return self._why_refused(preference, error, len(needed))
        return Written.WRITTEN

    def _why_refused(self, preference: Preference, error: TransactWriteError, needed: int) -> Written:
        raise_unless_refused(error)
        if self.get(preference.tenant_id, preference.id) == preference:  # our own write, whose answer was lost
            return Written.WRITTEN
        return Written.GONE if _is_missing(error, needed) else Written.STALE

    def delete(self, seen: Preference, entries: Entries = ()) -> bool:
        by_user, by_type = preference_rows(seen)
        try:
            with transaction(PreferenceRow, rows_of(entries)) as write:
                write.delete(by_user, as_seen(PreferenceRow, seen, "created_at"))
                write.delete(by_type)
        except TransactWriteError as error:
            raise_unless_refused(error)
            return self.get(seen.tenant_id, seen.id) is None
        return True

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Preference]:
        return filled(partial(self._read, tenant_id, wanted), wanted.matches, request, lambda one: one.id)

    def subscribers(self, tenant_id: str, event_type: str, request: PageRequest) -> Page[Preference]:
        return self._read(tenant_id, Filter(event_type=event_type), request)

    def _read(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Preference]:
        return page(PreferenceRow, request, _narrowest(tenant_id, wanted), partial(preference_of, tenant_id))


class DynamoUserSettings:
    def get(self, tenant_id: str, user_id: str) -> UserSettings:
        row = get(UserSettingsRow, keys.user_settings_key(tenant_id, user_id))
        return user_settings_of(row) if row else UserSettings()

    def get_many(self, tenant_id: str, user_ids: Iterable[str]) -> dict[str, UserSettings]:
        wanted = [keys.user_settings_key(tenant_id, user_id) for user_id in dict.fromkeys(user_ids)]
        with translated():
            rows = UserSettingsRow.batch_get(wanted, consistent_read=True) if wanted else ()
            return {row.user_id: user_settings_of(row) for row in rows}

    def replace(
        self, tenant_id: str, user_id: str, seen: UserSettings, settings: UserSettings, entries: Entries = ()
    ) -> Written:
        try:
            with transaction(UserSettingsRow, rows_of(entries)) as write:
                _require(write, [keys.user_key(tenant_id, user_id)])
                write.save(user_settings_row(tenant_id, user_id, settings), as_seen(UserSettingsRow, seen))
        except TransactWriteError as error:
            raise_unless_refused(error)
            if self.get(tenant_id, user_id) == settings:  # our own write, whose answer was lost
                return Written.WRITTEN
            return Written.GONE if _is_missing(error, 1) else Written.STALE
        return Written.WRITTEN

    def delete(self, tenant_id: str, user_id: str) -> None:
        with translated():
            UserSettingsRow(*keys.user_settings_key(tenant_id, user_id)).delete()


class DynamoTenantSettings:
    def get(self, tenant_id: str) -> TenantSettings:
        row = get(TenantSettingsRow, keys.preference_settings_key(tenant_id))
        return tenant_settings_of(row) if row else TenantSettings()

    def replace(self, tenant_id: str, seen: TenantSettings, settings: TenantSettings, entries: Entries = ()) -> bool:
        if save(tenant_settings_row(tenant_id, settings), as_seen(TenantSettingsRow, seen), rows_of(entries)):
            return True
        return self.get(tenant_id) == settings  # perhaps our own write, whose answer was lost


def _needed(preference: Preference) -> list[Key]:
    """What must be there, so that nothing is left behind by a deletion at the same time."""
    user = keys.user_key(preference.tenant_id, preference.user_id)
    if preference.event_type in BUILT_IN:
        return [user]
    return [user, keys.event_type_key(preference.tenant_id, preference.event_type)]


def _require(write: TransactWrite, needed: Iterable[Key]) -> None:
    for key in needed:
        write.condition_check(PlaceRow, *key, condition=PlaceRow.pk.exists())


def _is_missing(error: TransactWriteError, needed: int) -> bool:
    """Checks come first, and each part of a transaction has its own reason."""
    return any(reason is not None for reason in error.cancellation_reasons[:needed])


def _narrowest(tenant_id: str, wanted: Filter) -> Callable[[str], Key]:
    """Makes the key of an id; of "" it makes what all keys begin with."""
    if wanted.event_type is not None and wanted.user_id is None:
        return partial(keys.subscriber_key, tenant_id, wanted.event_type)
    if wanted.user_id is None:
        return partial(keys.preference_key, tenant_id)
    first = id_of(wanted.user_id, "")
    return lambda name: keys.preference_key(tenant_id, name or first)
