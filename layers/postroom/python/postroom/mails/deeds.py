"""What is done to how these mails are wanted, as the audit log tells it."""

from postroom.audit.model import Action, Deed, View
from postroom.mails.model import MailSettings


def mail_settings_changed(seen: MailSettings, settings: MailSettings) -> Deed:
    return Deed.change(Action.MAIL_SETTINGS_CHANGED, "settings/mails", _view(seen), _view(settings))


def _view(settings: MailSettings) -> View:
    """Lifetimes are in seconds."""
    lifetimes = {f"lifetime_{each.value}": int(time.total_seconds()) for each, time in settings.lifetimes.items()}
    return lifetimes | {
        "origins": list(settings.origins),
        "per_minute": settings.cool_down.per_minute,
        "per_hour": settings.cool_down.per_hour,
        "revision": settings.revision,
    }
