"""``postroom preferences``: list, set, show, delete, confirm."""

from typing import Annotated

import typer

from postroom_cli.account_changes import Yes, confirm
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import FieldError, Refused, Usage
from postroom_cli.paths import at
from postroom_cli.tables import Rows
from postroom_cli.users import User, find_user
from postroom_cli.visible import shown

EventType = Annotated[str, typer.Argument(metavar="EVENT_TYPE", help="job_failed, job_success or another.")]
ByUser = Annotated[str | None, typer.Option("--user", help="Only those of this user, by id or address.")]
ByType = Annotated[str | None, typer.Option("--event-type", help="Only those of this event type.")]
ByEnabled = Annotated[bool | None, typer.Option("--on/--off", help="Only those that want something, or nothing.")]
Most = Annotated[int, typer.Option("--limit", "-n", min=1, help="So many at most.")]
Enabled = Annotated[bool | None, typer.Option("--on/--off", help="Whether the user wants to hear of it.")]
JobTypes = Annotated[
    list[str] | None, typer.Option("--job-type", help="Only of jobs of this type; repeat it: these alone from now on.")
]
AllJobTypes = Annotated[bool, typer.Option("--all-job-types", help="Of jobs of every type.")]
Delivery = Annotated[str | None, typer.Option(help="immediate, hourly, daily or weekly.")]
Email = Annotated[
    str | None, typer.Option("--email", metavar="ADDRESS", help="Where to; its owner has to confirm it first.")
]
OwnEmail = Annotated[bool, typer.Option("--own-email", help="To the user's own address.")]

_COLUMNS = ("user", "event_type", "on", "job types", "delivery", "to", "")


def register(app: typer.Typer) -> None:
    command(app, "list")(list_preferences)
    command(app, "set")(change)
    command(app, "show")(show)
    command(app, "delete")(delete)
    command(app, "confirm")(ask_to_confirm)


def list_preferences(
    desk: Desk, user: ByUser = None, event_type: ByType = None, enabled: ByEnabled = None, limit: Most = 50
) -> None:
    """List what users have said they want to hear of."""
    named = find_user(desk.api, user).text("id") if user else None
    query = {"user": named, "event_type": event_type, "enabled": None if enabled is None else str(enabled).lower()}
    found, following = desk.api.first(at("preferences"), limit, query)
    document = {"items": [one.values for one in found], "next_cursor": following}
    desk.terminal.show(Rows(_COLUMNS, [_row(one) for one in found], keep=2), document)
    if following:
        desk.terminal.say("There are more: --limit")


def change(
    desk: Desk,
    user: User,
    event_type: EventType,
    enabled: Enabled = None,
    job_type: JobTypes = None,
    all_job_types: AllJobTypes = False,
    delivery: Delivery = None,
    email: Email = None,
    own_email: OwnEmail = False,
) -> None:
    """Say what a user wants to hear of an event type; what is left out stays as it is."""
    if (job_type and all_job_types) or (email and own_email):
        raise Usage("What is given cannot be taken away as well", "Leave out --all-job-types or --own-email")
    given = {"enabled": enabled, "job_types": job_type or None, "delivery": delivery, "email_address": email}
    away = {name for name, gone in (("job_types", all_job_types), ("email_address", own_email)) if gone}
    wanted = {name: value for name, value in given.items() if value is not None or name in away}
    body = {"user": find_user(desk.api, user).text("id"), "event_type": event_type, **wanted}
    [answer] = desk.api.put(at("preferences", "bulk"), {"preferences": [body]}).parts("items") or [Document({})]
    if answer.part("error"):
        raise _refused(answer.part("error"))
    made = answer.part("preference")
    desk.terminal.show(shown(f"{made.text('id')} is stored"), made.values)
    if made.text("email_address") and not made.flag("email_confirmed"):
        desk.terminal.say(f"Until {made.text('email_address')} is confirmed by its owner, mail goes to the user's own.")


def show(desk: Desk, user: User) -> None:
    """Show what a user hears of each event type, and whose word it is."""
    found = desk.api.get(at("users", find_user(desk.api, user).text("id"), "effective-preferences"))
    columns = ("event_type", "on", "job types", "delivery", "to", "rule", "")
    rows = [
        [
            one.text("event_type"),
            "yes" if one.flag("enabled") else "no",
            ", ".join(one.texts("job_types")) or "all",
            one.text("delivery"),
            one.text("email_address"),
            one.text("rule"),
            "the user's own is not permitted in this role" if one.flag("own_is_unused") else "",
        ]
        for one in found.parts("items")
    ]
    desk.terminal.show(Rows(columns, rows, keep=1), found.values)


def delete(desk: Desk, user: User, event_type: EventType, yes: Yes = False) -> None:
    """Delete a preference: what the tenant or the role says holds again."""
    name = f"{find_user(desk.api, user).text('id')}~{event_type}"
    confirm(f"Delete {name}?", yes=yes)
    desk.api.delete(at("preferences", name))
    desk.terminal.show(shown(f"{name} is deleted"), {"id": name, "deleted": True})


def ask_to_confirm(desk: Desk, user: User, event_type: EventType) -> None:
    """Ask the owner of a preference's address once more, by a mail, to confirm it."""
    name = f"{find_user(desk.api, user).text('id')}~{event_type}"
    answer = desk.api.create(at("preferences", name, "confirmation"), {})
    desk.terminal.show(shown(f"{answer.text('email_address')} is asked"), answer.values)


def _row(one: Document) -> list[str]:
    address = one.text("email_address")
    remarks = [
        "not confirmed" if address and not one.flag("email_confirmed") else "",
        "" if one.flag("permitted") else "not permitted in this role",
    ]
    return [
        one.text("user"),
        one.text("event_type"),
        "yes" if one.flag("enabled") else "no",
        ", ".join(one.texts("job_types")) or "all",
        one.text("delivery"),
        address,
        ", ".join(filter(None, remarks)),
    ]


def _refused(problem: Document) -> Refused:
    errors = tuple(FieldError(one.text("field"), one.text("message")) for one in problem.parts("errors"))
    status = int(problem.number("status") or 0)
    return Refused(status, problem.text("code"), problem.text("detail"), errors)
