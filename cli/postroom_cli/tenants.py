"""``postroom tenants``, with the platform's key."""

from typing import Annotated

import typer

from postroom_cli.desk import Desk, command
from postroom_cli.keys import print_key
from postroom_cli.paths import at
from postroom_cli.tables import Rows
from postroom_cli.visible import local_time

Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose mail it is.")]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_tenants)
    command(app, "create")(create)


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
