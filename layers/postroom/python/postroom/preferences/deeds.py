"""What is done to preferences, as the audit log tells it."""

from postroom.audit.model import Action, Deed, View
from postroom.audit.plain import plain
from postroom.preferences.model import Preference, TenantSettings, UserSettings


def preference_put(seen: Preference | None, preference: Preference) -> Deed:
    action = Action.PREFERENCE_CHANGED if seen else Action.PREFERENCE_CREATED
    return Deed.change(action, _target(preference), _view(seen) if seen else {}, _view(preference))


def preference_deleted(seen: Preference) -> Deed:
    return Deed.change(Action.PREFERENCE_DELETED, _target(seen), _view(seen), {})


def user_settings_changed(user_id: str, seen: UserSettings, settings: UserSettings) -> Deed:
    return Deed.change(Action.USER_SETTINGS_CHANGED, f"user/{user_id}", plain(seen), plain(settings))


def preference_settings_changed(seen: TenantSettings, settings: TenantSettings) -> Deed:
    return Deed.change(Action.PREFERENCE_SETTINGS_CHANGED, "settings/preferences", plain(seen), plain(settings))


def _target(preference: Preference) -> str:
    return f"preference/{preference.id}"


def _view(preference: Preference) -> View:
    return {
        **plain(preference.choice),
        "email_address": preference.email_address,
        "email_confirmed": preference.email_confirmed,
        "revision": preference.revision,
    }
