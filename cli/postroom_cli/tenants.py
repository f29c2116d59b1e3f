"""``postroom tenants``, with the platform's key."""

from typing import Annotated

import typer

from postroom_cli.desk import Desk, command
from postroom_cli.errors import Usage
from postroom_cli.keys import print_key
from postroom_cli.paths import at
from postroom_cli.tables import Rows
from postroom_cli.visible import local_time, shown
from postroom_cli.whole import whole

TenantId = Annotated[str, typer.Argument(metavar="TENANT_ID", help="Its id, ten_….")]
PerMinute = Annotated[int | None, typer.Option("--requests-per-minute", help="How many all its keys may make.")]
Usual = Annotated[bool, typer.Option("--usual-requests", help="As many as any tenant.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose mail it is.")]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_tenants)
    command(app, "create")(create)
    command(app, "show")(show)
    command(app, "limit")(limit)


def list_tenants(desk: Desk) -> None:
    """List the tenants."""
    tenants = list(desk.api.each(at("tenants")))
    rows = [[one.text("id"), one.text("name"), local_time(one.moment("created_at"))] for one in tenants]
    desk.terminal.show(Rows(("id", "name", "made"), rows, keep=2), {"items": [one.values for one in tenants]})


def create(desk: Desk, name: Name) -> None:
    """Make a tenant and its first admin key. The key is printed this once."""
    made = desk.api.create(at("tenants"), {"name": name})
    desk.terminal.say(f"{made.text('id')} {made.text('name')} is made.")
    print_key(desk, made, "admin_key")


def show(desk: Desk, tenant_id: TenantId) -> None:
    """Show a tenant and its limits."""
    found = desk.api.get(at("tenants", tenant_id))
    desk.terminal.show(whole(found), found.values)


def limit(
    desk: Desk, tenant_id: TenantId, requests_per_minute: PerMinute = None, usual_requests: Usual = False
) -> None:
    """Set how many requests a tenant may make in a minute."""
    if usual_requests is (requests_per_minute is not None):
        raise Usage("How many requests was not said, or twice", "Give --requests-per-minute or --usual-requests.")
    limits = desk.api.put(at("tenants", tenant_id, "limits"), {"requests_per_minute": requests_per_minute})
    text = f"{tenant_id} may make {limits.values['requests_per_minute']} requests in a minute"
    desk.terminal.show(shown(text), limits.values)
