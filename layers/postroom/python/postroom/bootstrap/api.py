"""The routes of the api function, feature by feature."""

from postroom.bootstrap import aws
from postroom.bootstrap.rates import build_admit
from postroom.bootstrap.routes.accounts import add_accounts
from postroom.bootstrap.routes.audit import add_audit
from postroom.bootstrap.routes.capacity import add_capacity
from postroom.bootstrap.routes.events import add_events
from postroom.bootstrap.routes.jobs import add_jobs, add_notifications
from postroom.bootstrap.routes.mails import add_mails
from postroom.bootstrap.routes.messages import add_messages
from postroom.bootstrap.routes.notices import add_notices
from postroom.bootstrap.routes.pages import add_pages
from postroom.bootstrap.routes.pools import add_pools
from postroom.bootstrap.routes.preferences import add_preferences
from postroom.bootstrap.routes.probe import add_probe
from postroom.bootstrap.routes.reference import add_reference
from postroom.bootstrap.routes.system import add_system
from postroom.bootstrap.routes.templates import add_templates
from postroom.bootstrap.routes.tenancy import add_tenancy
from postroom.bootstrap.routes.users import add_users
from postroom.clock import system_clock
from postroom.idempotency.run_once import RunOnce
from postroom.idempotency.store import IdempotencyRow, IdempotencyStore
from postroom.settings import Settings
from postroom.web.api import Api
from postroom.web.routes import Routes


def build_api(settings: Settings) -> Api:
    aws.name((IdempotencyRow,), settings.messages_table)
    routes = Routes()
    for add in (
        add_tenancy,
        add_accounts,
        add_messages,
        add_pools,
        add_probe,
        add_capacity,
        add_users,
        add_templates,
        add_mails,
        add_system,
        add_audit,
        add_notifications,
        add_jobs,
        add_preferences,
        add_notices,
        add_pages,
        add_events,
    ):
        add(routes, settings)
    add_reference(routes, settings, lambda: api)
    run_once = RunOnce(IdempotencyStore(), system_clock)
    api = Api(routes, run_once, system_clock, build_admit(settings), settings.audit_retention)
    return api
