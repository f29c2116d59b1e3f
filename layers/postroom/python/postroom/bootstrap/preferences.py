"""Event types, and what users want to hear of them."""

from postroom.bootstrap import aws
from postroom.bootstrap.users import build_users
from postroom.event_types import store as event_types_store
from postroom.event_types.manage import FindEventTypes
from postroom.event_types.store import DynamoEventTypes
from postroom.preferences import rows as preference_rows
from postroom.preferences.candidates import FindCandidates
from postroom.preferences.forget import ForgetUser
from postroom.preferences.look_up import ReadWishes
from postroom.preferences.store import DynamoPreferences, DynamoTenantSettings, DynamoUserSettings
from postroom.settings import Settings
from postroom.users.manage import FindUsers


def build_event_types(settings: Settings) -> DynamoEventTypes:
    aws.name(event_types_store.ROWS, settings.directory_table)
    return DynamoEventTypes()


def build_find_event_types(settings: Settings) -> FindEventTypes:
    return FindEventTypes(build_event_types(settings))


def build_preferences(settings: Settings) -> DynamoPreferences:
    aws.name(preference_rows.ROWS, settings.directory_table)
    return DynamoPreferences()


def build_forget_user(settings: Settings) -> ForgetUser:
    return ForgetUser(build_preferences(settings), DynamoUserSettings())


def build_read_wishes(settings: Settings) -> ReadWishes:
    return ReadWishes(build_preferences(settings), DynamoUserSettings(), DynamoTenantSettings())


def build_find_candidates(settings: Settings) -> FindCandidates:
    return FindCandidates(build_preferences(settings), FindUsers(build_users(settings)), DynamoTenantSettings())
