"""The routes of event types, and of what users want to hear of them."""

from postroom.bootstrap.accept import build_look_up
from postroom.bootstrap.mails import build_ask_for_mail, build_mail_settings
from postroom.bootstrap.preferences import (
    build_event_types,
    build_find_event_types,
    build_preferences,
    build_read_wishes,
)
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.event_types.manage import DeleteEventType, ProblemOf, PutEventType
from postroom.event_types.routes import event_type_routes
from postroom.mails.links import leads_to_any
from postroom.messages.draft import Names
from postroom.preferences.confirm import AskOwner, AskOwnerAgain
from postroom.preferences.forget import TypeSubscriptions
from postroom.preferences.look_up import TellWhatHolds
from postroom.preferences.manage import DeletePreference, FindPreferences, PutPreference
from postroom.preferences.routes import (
    bulk_routes,
    confirmation_routes,
    preference_routes,
    tenant_settings_routes,
    user_settings_routes,
)
from postroom.preferences.settings import (
    ChangeTenantSettings,
    ChangeUserSettings,
    MayLeadTo,
    ReadTenantSettings,
    ReadUserSettings,
)
from postroom.preferences.show import Show
from postroom.preferences.store import DynamoTenantSettings, DynamoUserSettings
from postroom.settings import Settings
from postroom.templates.model import Wanted
from postroom.users.manage import FindUsers
from postroom.web.routes import Routes


def add_preferences(routes: Routes, settings: Settings) -> None:
    store, tenant_settings, user_settings = build_preferences(settings), DynamoTenantSettings(), DynamoUserSettings()
    users, event_types = FindUsers(build_users(settings)), build_find_event_types(settings)
    ask, show = AskOwner(tenant_settings, build_ask_for_mail(settings)), Show(users, event_types)
    put = PutPreference(store, users, event_types, ask, system_clock)
    preference_routes(routes, FindPreferences(store), put, DeletePreference(store), show)
    bulk_routes(routes, put, show)
    confirmation_routes(routes, AskOwnerAgain(store, ask), show)
    user_settings_routes(
        routes,
        ReadUserSettings(user_settings, users),
        ChangeUserSettings(user_settings, users),
        TellWhatHolds(users, event_types, build_read_wishes(settings)),
    )
    change = ChangeTenantSettings(tenant_settings, event_types, _may_lead_to(settings))
    tenant_settings_routes(routes, ReadTenantSettings(tenant_settings), change)
    _add_event_types(routes, settings)


def _add_event_types(routes: Routes, settings: Settings) -> None:
    store, subscriptions = (
        build_event_types(settings),
        TypeSubscriptions(build_preferences(settings), DynamoTenantSettings()),
    )
    put = PutEventType(store, _problem_of_template(settings), system_clock)
    event_type_routes(routes, build_find_event_types(settings), put, DeleteEventType(store, subscriptions))


def _problem_of_template(settings: Settings) -> ProblemOf:
    look_up = build_look_up(settings)

    def problem_of(tenant_id: str, name: str) -> str | None:
        names = Names(None, None, Wanted(name, "", ""))
        return next((fault.message for fault in look_up(tenant_id, [names]).errors(names)), None)

    return problem_of


def _may_lead_to(settings: Settings) -> MayLeadTo:
    store = build_mail_settings(settings)
    return lambda tenant_id, url: leads_to_any(url, store.get(tenant_id).origins)
