"""``postroom event-types``: list, show, put, delete."""

from typing import Annotated

import typer

from postroom_cli.account_changes import Yes, confirm
from postroom_cli.changing import changes
from postroom_cli.desk import Desk, command
from postroom_cli.paths import at
from postroom_cli.preferences import EventType
from postroom_cli.tables import Rows
from postroom_cli.visible import shown
from postroom_cli.whole import whole

Nature = Annotated[str | None, typer.Option(help="What it means: news, failure or result. A new one needs it.")]
Template = Annotated[str | None, typer.Option(metavar="NAME", help="What its mails are made from. A new one needs it.")]
Priority = Annotated[str | None, typer.Option(help="That of its mails: high, normal or low.")]
Description = Annotated[str | None, typer.Option(metavar="TEXT", help="For people.")]
Force = Annotated[bool, typer.Option("--force", help="Also what users and the tenant have said of it.")]

_COLUMNS = ("name", "nature", "template", "priority", "built_in", "description")


def register(app: typer.Typer) -> None:
    command(app, "list")(list_event_types)
    command(app, "show")(show)
    command(app, "put")(put)
    command(app, "delete")(delete)


def list_event_types(desk: Desk) -> None:
    """List the event types: the built-in ones, and those of your own."""
    found = list(desk.api.each(at("event-types")))
    rows = [
        [("yes" if one.flag(name) else "") if name == "built_in" else one.text(name) for name in _COLUMNS]
        for one in found
    ]
    desk.terminal.show(Rows(_COLUMNS, rows, keep=2), {"items": [one.values for one in found]})


def show(desk: Desk, event_type: EventType) -> None:
    """Show an event type."""
    found = desk.api.get(at("event-types", event_type))
    desk.terminal.show(whole(found), found.values)


def put(
    desk: Desk,
    event_type: EventType,
    nature: Nature = None,
    template: Template = None,
    priority: Priority = None,
    description: Description = None,
) -> None:
    """Make an event type, or change one; what is left out stays as it is."""
    given = {"nature": nature, "template": template, "priority": priority, "description": description}
    made = desk.api.put(at("event-types", event_type), changes(given, {}))
    desk.terminal.show(shown(f"{made.text('name')} is stored"), made.values)


def delete(desk: Desk, event_type: EventType, force: Force = False, yes: Yes = False) -> None:
    """Delete an event type of your own, or make a built-in one as it was."""
    confirm(f"Delete {event_type}?", yes=yes)
    desk.api.delete(at("event-types", event_type), {"force": "true"} if force else {})
    desk.terminal.show(shown(f"{event_type} is deleted"), {"name": event_type, "deleted": True})
