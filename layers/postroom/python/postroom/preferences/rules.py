"""What a role may hear of and what it hears of unasked, and whose word holds: user's, tenant's, role's or system's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from postroom.event_types.model import EventType, Nature
from postroom.preferences.model import Choice, Preference, Rule, TenantSettings, UserSettings, Weekday
from postroom.users.model import User, UserRole


@dataclass(frozen=True, slots=True)
class RoleRule:
    """``hears``: without having said so."""

    may_hear: frozenset[Nature]
    hears: frozenset[Nature] = frozenset()


ROLE_RULES: Mapping[UserRole, RoleRule] = {
    UserRole.ADMIN: RoleRule(frozenset(Nature), hears=frozenset({Nature.FAILURE})),
    UserRole.OPERATOR: RoleRule(frozenset(Nature)),
    UserRole.VIEWER: RoleRule(frozenset({Nature.NEWS, Nature.RESULT})),
}

ROLES_CHOICE = Choice(enabled=True)
SYSTEM_CHOICE = Choice(enabled=False)
DIGEST_HOUR = 8
DIGEST_WEEKDAY = Weekday.MONDAY
MOST_PER_HOUR = 10


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that was said and bears on one user and one event type."""

    own: Preference | None = None
    settings: UserSettings = field(default_factory=UserSettings)
    tenant: TenantSettings = field(default_factory=TenantSettings)


@dataclass(frozen=True, slots=True)
class Effective:
    """What holds, and whose word it is. ``address`` is where mail goes."""

    choice: Choice
    rule: Rule
    address: str


def may_have(role: UserRole, event_type: EventType, choice: Choice) -> bool:
    """To want nothing is everybody's right."""
    return not choice.enabled or event_type.nature in ROLE_RULES[role].may_hear


def effective(wishes: Wishes, event_type: EventType, user: User) -> Effective:
    """The first of the four that has a word, and one that the user's role may have."""
    own = wishes.own
    if own is not None and may_have(user.role, event_type, own.choice):
        return Effective(own.choice, Rule.OWN, _address(own, user))
    choice, rule = unasked(user.role, event_type, wishes.tenant)
    return Effective(choice, rule, user.email)


def unasked(role: UserRole, event_type: EventType, tenant: TenantSettings) -> tuple[Choice, Rule]:
    """What holds for who said nothing."""
    default = tenant.defaults.get(event_type.name)
    if default is not None and default.holds_for(role) and may_have(role, event_type, default.choice):
        return default.choice, Rule.TENANT
    if event_type.nature in ROLE_RULES[role].hears:
        return ROLES_CHOICE, Rule.ROLE
    return SYSTEM_CHOICE, Rule.SYSTEM


def roles_that_hear(event_type: EventType, tenant: TenantSettings) -> frozenset[UserRole]:
    """In which somebody may hear of it who said nothing."""
    return frozenset(role for role in UserRole if unasked(role, event_type, tenant)[0].enabled)


def timezone_of(settings: UserSettings, user: User) -> str:
    return settings.timezone or user.timezone


def digest_hour_of(settings: UserSettings, tenant: TenantSettings) -> int:
    said = (settings.digest_hour, tenant.digest_hour)
    return next((hour for hour in said if hour is not None), DIGEST_HOUR)


def digest_weekday_of(settings: UserSettings, tenant: TenantSettings) -> Weekday:
    return settings.digest_weekday or tenant.digest_weekday or DIGEST_WEEKDAY


def most_per_hour_of(settings: UserSettings, tenant: TenantSettings) -> int:
    """Of one event type at once, in any hour; what is more comes in a digest."""
    return settings.most_per_hour or tenant.most_per_hour or MOST_PER_HOUR


def _address(own: Preference, user: User) -> str:
    return own.email_address if own.email_address and own.email_confirmed else user.email
