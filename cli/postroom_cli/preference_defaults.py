"""``postroom preferences default``: what users hear of who said nothing."""

from typing import Annotated

import typer
from rich.console import Group

from postroom_cli.changing import changes
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Usage
from postroom_cli.paths import at
from postroom_cli.preferences import AllJobTypes, Delivery, EventType, JobTypes
from postroom_cli.tables import Rows, pairs_table
from postroom_cli.visible import shown
from postroom_cli.whole import cell

PLACE = at("settings", "preferences")

Enabled = Annotated[bool | None, typer.Option("--on/--off", help="Whether they hear of it.")]
Roles = Annotated[
    list[str] | None, typer.Option("--role", help="Only users in this role; repeat it: these alone from now on.")
]
AllRoles = Annotated[bool, typer.Option("--all-roles", help="Users in every role that may hear of it.")]
NoDefault = Annotated[bool, typer.Option("--none", help="Take it away: what the role says holds again.")]


def register(app: typer.Typer) -> None:
    command(app, "default")(default)


def default(
    desk: Desk,
    event_type: EventType,
    enabled: Enabled = None,
    job_type: JobTypes = None,
    all_job_types: AllJobTypes = False,
    delivery: Delivery = None,
    role: Roles = None,
    all_roles: AllRoles = False,
    none: NoDefault = False,
) -> None:
    """Say what users hear of an event type who said nothing; what is left out stays as it is."""
    given = {"enabled": enabled, "job_types": job_type or None, "delivery": delivery, "roles": role or None}
    if (
        (job_type and all_job_types)
        or (role and all_roles)
        or (none and any(one is not None for one in given.values()))
    ):
        raise Usage("What is given cannot be taken away as well", "Leave out --all-job-types, --all-roles or --none")
    wanted = changes(given, {}) | ({"job_types": []} if all_job_types else {}) | ({"roles": []} if all_roles else {})
    seen = desk.api.get(PLACE)
    before = seen.part("defaults").part(event_type).values
    words = None if none else {"enabled": True, **before, **wanted}
    # With the revision: of two who change a part of one default, one is told.
    changed = desk.api.put(PLACE, {"defaults": {event_type: words}, "revision": seen.values["revision"]})
    show_tenant(desk, changed)


def show_tenant(desk: Desk, found: Document) -> None:
    pairs = [(name, cell(name, value)) for name, value in found.values.items() if name != "defaults"]
    defaults = found.part("defaults")
    rows = [_row(name, defaults.part(name)) for name in defaults.values]
    table = Rows(("event_type", "on", "job types", "delivery", "roles"), rows, keep=1)
    desk.terminal.show(Group(pairs_table(pairs), shown("defaults", "bold"), table), found.values)


def _row(name: str, one: Document) -> list[str]:
    return [
        name,
        "yes" if one.flag("enabled") else "no",
        ", ".join(one.texts("job_types")) or "all",
        one.text("delivery"),
        ", ".join(one.texts("roles")) or "all",
    ]
