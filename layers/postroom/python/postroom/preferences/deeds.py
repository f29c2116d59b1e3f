"""What is done to preferences, as the audit log tells it."""

from postroom.audit.model import Action, Deed, View
from postroom.preferences.model import Choice, Preference, TenantDefault, TenantSettings, UserSettings, Window


def preference_put(seen: Preference | None, preference: Preference) -> Deed:
    action = Action.PREFERENCE_CHANGED if seen else Action.PREFERENCE_CREATED
    return Deed.change(action, _target(preference), _view(seen) if seen else {}, _view(preference))


def preference_deleted(seen: Preference) -> Deed:
    return Deed.change(Action.PREFERENCE_DELETED, _target(seen), _view(seen), {})


def user_settings_changed(user_id: str, seen: UserSettings, settings: UserSettings) -> Deed:
    before, after = _view_of_user(seen), _view_of_user(settings)
    return Deed.change(Action.USER_SETTINGS_CHANGED, f"user/{user_id}", before, after)


def preference_settings_changed(seen: TenantSettings, settings: TenantSettings) -> Deed:
    before, after = _view_of_tenant(seen), _view_of_tenant(settings)
    return Deed.change(Action.PREFERENCE_SETTINGS_CHANGED, "settings/preferences", before, after)


def _target(preference: Preference) -> str:
    return f"preference/{preference.id}"


def _view(preference: Preference) -> View:
    return {
        **_choice(preference.choice),
        "email_address": preference.email_address,
        "email_confirmed": preference.email_confirmed,
        "revision": preference.revision,
    }


def _view_of_user(settings: UserSettings) -> View:
    return {
        "quiet_hours": [_window(window) for window in settings.quiet_hours],
        "timezone": settings.timezone,
        "digest_hour": settings.digest_hour,
        "digest_weekday": settings.digest_weekday and settings.digest_weekday.value,
        "most_per_hour": settings.most_per_hour,
        "revision": settings.revision,
    }


def _view_of_tenant(settings: TenantSettings) -> View:
    return {
        "defaults": {name: _default(default) for name, default in settings.defaults.items()},
        "digest_hour": settings.digest_hour,
        "digest_weekday": settings.digest_weekday and settings.digest_weekday.value,
        "most_per_hour": settings.most_per_hour,
        "confirmation_url": settings.confirmation_url,
        "revision": settings.revision,
    }


def _choice(choice: Choice) -> View:
    return {"enabled": choice.enabled, "job_types": list(choice.job_types), "delivery": choice.delivery.value}


def _default(default: TenantDefault) -> View:
    return {**_choice(default.choice), "roles": sorted(role.value for role in default.roles)}


def _window(window: Window) -> View:
    return {
        "days": sorted(day.value for day in window.days),
        "start": window.start.isoformat(),
        "end": window.end.isoformat(),
    }
