"""The rows of preferences in the directory table."""

from datetime import time
from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.models import Model

from postroom.dynamo import plain
from postroom.preferences.model import (
    Choice,
    Delivery,
    Preference,
    TenantDefault,
    TenantSettings,
    UserSettings,
    Weekday,
    Window,
)
from postroom.tenancy import keys
from postroom.users.model import UserRole


class PreferenceRow(Model):
    """There are two, with other keys: one stands beside the user's others, and one is found by its event type."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute()
    event_type = UnicodeAttribute()
    enabled = BooleanAttribute()
    job_types: ListAttribute[str] = ListAttribute(null=True)
    delivery = UnicodeAttribute()
    email_address = UnicodeAttribute(null=True)
    email_confirmed = BooleanAttribute()
    revision = NumberAttribute()
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()


class UserSettingsRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute()
    quiet_hours: JSONAttribute = JSONAttribute()
    timezone = UnicodeAttribute(null=True)
    digest_hour = NumberAttribute(null=True)
    digest_weekday = UnicodeAttribute(null=True)
    most_per_hour = NumberAttribute(null=True)
    revision = NumberAttribute()


class TenantSettingsRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    defaults: JSONAttribute = JSONAttribute()
    digest_hour = NumberAttribute(null=True)
    digest_weekday = UnicodeAttribute(null=True)
    most_per_hour = NumberAttribute(null=True)
    confirmation_url = UnicodeAttribute(null=True)
    revision = NumberAttribute()


class PlaceRow(Model):
    """Whatever stands at a key, to ask whether anything does: a user, an event type."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


ROWS = (PreferenceRow, UserSettingsRow, TenantSettingsRow, PlaceRow)


def preference_rows(preference: Preference) -> tuple[PreferenceRow, PreferenceRow]:
    by_user = keys.preference_key(preference.tenant_id, preference.id)
    by_type = keys.subscriber_key(preference.tenant_id, preference.event_type, preference.id)
    return _preference_row(by_user, preference), _preference_row(by_type, preference)


def _preference_row(key: tuple[str, str], preference: Preference) -> PreferenceRow:
    return PreferenceRow(
        *key,
        user_id=preference.user_id,
        event_type=preference.event_type,
        enabled=preference.choice.enabled,
        job_types=list(preference.choice.job_types) or None,
        delivery=preference.choice.delivery.value,
        email_address=preference.email_address,
        email_confirmed=preference.email_confirmed,
        revision=preference.revision,
        created_at=preference.created_at,
        updated_at=preference.updated_at,
    )


def preference_of(tenant_id: str, row: PreferenceRow) -> Preference:
    job_types = tuple(plain(row).get("job_types") or ())
    return Preference(
        tenant_id=tenant_id,
        user_id=row.user_id,
        event_type=row.event_type,
        choice=Choice(row.enabled, job_types, Delivery(row.delivery)),
        email_address=row.email_address,
        email_confirmed=row.email_confirmed,
        revision=int(row.revision),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def user_settings_row(tenant_id: str, user_id: str, settings: UserSettings) -> UserSettingsRow:
    return UserSettingsRow(
        *keys.user_settings_key(tenant_id, user_id),
        user_id=user_id,
        quiet_hours=[
            {"days": sorted(window.days), "start": window.start.isoformat(), "end": window.end.isoformat()}
            for window in settings.quiet_hours
        ],
        timezone=settings.timezone,
        digest_hour=settings.digest_hour,
        digest_weekday=_text(settings.digest_weekday),
        most_per_hour=settings.most_per_hour,
        revision=settings.revision,
    )


def user_settings_of(row: UserSettingsRow) -> UserSettings:
    return UserSettings(
        quiet_hours=tuple(
            Window(
                frozenset(map(Weekday, window["days"])),
                time.fromisoformat(window["start"]),
                time.fromisoformat(window["end"]),
            )
            for window in row.quiet_hours
        ),
        timezone=row.timezone,
        digest_hour=_number(row.digest_hour),
        digest_weekday=_weekday(row.digest_weekday),
        most_per_hour=_number(row.most_per_hour),
        revision=int(row.revision),
    )


def tenant_settings_row(tenant_id: str, settings: TenantSettings) -> TenantSettingsRow:
    return TenantSettingsRow(
        *keys.preference_settings_key(tenant_id),
        defaults={name: _default_record(default) for name, default in settings.defaults.items()},
        digest_hour=settings.digest_hour,
        digest_weekday=_text(settings.digest_weekday),
        most_per_hour=settings.most_per_hour,
        confirmation_url=settings.confirmation_url or None,
        revision=settings.revision,
    )


def tenant_settings_of(row: TenantSettingsRow) -> TenantSettings:
    return TenantSettings(
        defaults={name: _default(record) for name, record in row.defaults.items()},
        digest_hour=_number(row.digest_hour),
        digest_weekday=_weekday(row.digest_weekday),
        most_per_hour=_number(row.most_per_hour),
        confirmation_url=row.confirmation_url or "",
        revision=int(row.revision),
    )


def _default_record(default: TenantDefault) -> dict[str, Any]:
    return {
        "enabled": default.choice.enabled,
        "job_types": list(default.choice.job_types),
        "delivery": default.choice.delivery.value,
        "roles": sorted(default.roles),
    }


def _default(record: dict[str, Any]) -> TenantDefault:
    choice = Choice(record["enabled"], tuple(record["job_types"]), Delivery(record["delivery"]))
    return TenantDefault(choice, frozenset(map(UserRole, record["roles"])))


def _text(weekday: Weekday | None) -> str | None:
    return None if weekday is None else weekday.value


def _weekday(text: str | None) -> Weekday | None:
    return None if text is None else Weekday(text)


def _number(number: float | None) -> int | None:
    return None if number is None else int(number)
