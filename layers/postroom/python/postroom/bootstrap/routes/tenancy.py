"""The routes of tenants and keys."""

from postroom.bootstrap.directory import build_directory
from postroom.bootstrap.rates import build_tenant_limits
from postroom.clock import system_clock
from postroom.settings import Settings
from postroom.tenancy.change_key import ChangeKey
from postroom.tenancy.create_tenant import CreateTenant
from postroom.tenancy.issue_key import IssueKey
from postroom.tenancy.look_up import LookUp
from postroom.tenancy.rates.routes import limits_routes
from postroom.tenancy.revoke_key import RevokeKey
from postroom.tenancy.routes import key_routes, me_routes, platform_key_routes, tenant_routes
from postroom.web.routes import Routes


def add_tenancy(routes: Routes, settings: Settings) -> None:
    directory = build_directory(settings.directory_table)
    issue_key, revoke_key, look_up = IssueKey(directory), RevokeKey(directory, system_clock), LookUp(directory)
    limits = build_tenant_limits(settings)
    tenant_routes(routes, CreateTenant(directory), issue_key, look_up, limits)
    limits_routes(routes, limits)
    me_routes(routes, look_up)
    key_routes(routes, issue_key, ChangeKey(directory), revoke_key, look_up)
    platform_key_routes(routes, revoke_key, look_up)
