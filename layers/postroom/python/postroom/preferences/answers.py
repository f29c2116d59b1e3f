"""The JSON of preferences as they are."""

from datetime import datetime
from typing import Any

from postroom.event_types.model import Nature
from postroom.preferences.look_up import Holding, Overview
from postroom.preferences.model import Delivery, Rule, TenantDefault, TenantSettings, UserSettings, Weekday
from postroom.preferences.rules import digest_hour_of, digest_weekday_of, most_per_hour_of, timezone_of
from postroom.preferences.show import Shown
from postroom.priorities import Priority
from postroom.users.model import UserRole
from postroom.web.body import ResponseBody


class PreferenceAnswer(ResponseBody):
    """Until ``email_confirmed``, mail goes to the user's own address.

    ``permitted``: whether the user's role may have it. One that is not is kept, and not used.
    """

    id: str
    user: str
    event_type: str
    enabled: bool
    job_types: list[str]
    delivery: Delivery
    email_address: str | None
    email_confirmed: bool
    permitted: bool
    revision: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, shown: Shown) -> "PreferenceAnswer":
        preference = shown.preference
        return cls(
            id=preference.id,
            user=preference.user_id,
            event_type=preference.event_type,
            enabled=preference.choice.enabled,
            job_types=list(preference.choice.job_types),
            delivery=preference.choice.delivery,
            email_address=preference.email_address,
            email_confirmed=preference.email_confirmed,
            permitted=shown.permitted,
            revision=preference.revision,
            created_at=preference.created_at,
            updated_at=preference.updated_at,
        )


class PutPreferenceAnswer(ResponseBody):
    status: int
    preference: PreferenceAnswer


class RefusedPreferenceAnswer(ResponseBody):
    status: int
    error: dict[str, Any]


class BulkAnswer(ResponseBody):
    items: list[PutPreferenceAnswer | RefusedPreferenceAnswer]


class WindowAnswer(ResponseBody):
    days: list[Weekday]
    start: str
    end: str


class UserSettingsAnswer(ResponseBody):
    """Null: the user's own time zone, and what the tenant says."""

    user: str
    quiet_hours: list[WindowAnswer]
    timezone: str | None
    digest_hour: int | None
    digest_weekday: Weekday | None
    most_per_hour: int | None
    revision: int

    @classmethod
    def of(cls, user_id: str, settings: UserSettings) -> "UserSettingsAnswer":
        windows = [
            WindowAnswer(
                days=sorted(window.days, key=lambda day: day.number),
                start=window.start.isoformat("minutes"),
                end=window.end.isoformat("minutes"),
            )
            for window in settings.quiet_hours
        ]
        return cls(
            user=user_id,
            quiet_hours=windows,
            timezone=settings.timezone,
            digest_hour=settings.digest_hour,
            digest_weekday=settings.digest_weekday,
            most_per_hour=settings.most_per_hour,
            revision=settings.revision,
        )


class DefaultAnswer(ResponseBody):
    enabled: bool
    job_types: list[str]
    delivery: Delivery
    roles: list[UserRole]

    @classmethod
    def of(cls, default: TenantDefault) -> "DefaultAnswer":
        choice = default.choice
        return cls(
            enabled=choice.enabled,
            job_types=list(choice.job_types),
            delivery=choice.delivery,
            roles=sorted(default.roles),
        )


class TenantSettingsAnswer(ResponseBody):
    defaults: dict[str, DefaultAnswer]
    digest_hour: int | None
    digest_weekday: Weekday | None
    most_per_hour: int | None
    confirmation_url: str | None
    revision: int

    @classmethod
    def of(cls, settings: TenantSettings) -> "TenantSettingsAnswer":
        return cls(
            defaults={name: DefaultAnswer.of(default) for name, default in sorted(settings.defaults.items())},
            digest_hour=settings.digest_hour,
            digest_weekday=settings.digest_weekday,
            most_per_hour=settings.most_per_hour,
            confirmation_url=settings.confirmation_url or None,
            revision=settings.revision,
        )


class EffectiveAnswer(ResponseBody):
    """``rule``: whose word it is. ``email_address`` is where mail goes.

    ``own_is_unused``: the user has a preference that the role may not have any more.
    """

    event_type: str
    nature: Nature
    priority: Priority
    enabled: bool
    job_types: list[str]
    delivery: Delivery
    email_address: str
    rule: Rule
    own_is_unused: bool

    @classmethod
    def of(cls, holding: Holding) -> "EffectiveAnswer":
        choice = holding.effective.choice
        return cls(
            event_type=holding.event_type.name,
            nature=holding.event_type.nature,
            priority=holding.event_type.priority,
            enabled=choice.enabled,
            job_types=list(choice.job_types),
            delivery=choice.delivery,
            email_address=holding.effective.address,
            rule=holding.effective.rule,
            own_is_unused=holding.own_is_unused,
        )


class OverviewAnswer(ResponseBody):
    user: str
    role: UserRole
    timezone: str
    digest_hour: int
    digest_weekday: Weekday
    most_per_hour: int
    items: list[EffectiveAnswer]

    @classmethod
    def of(cls, overview: Overview) -> "OverviewAnswer":
        settings, tenant = overview.wishes.settings, overview.wishes.tenant
        return cls(
            user=overview.user.id,
            role=overview.user.role,
            timezone=timezone_of(settings, overview.user),
            digest_hour=digest_hour_of(settings, tenant),
            digest_weekday=digest_weekday_of(settings, tenant),
            most_per_hour=most_per_hour_of(settings, tenant),
            items=[EffectiveAnswer.of(holding) for holding in overview.holding],
        )
