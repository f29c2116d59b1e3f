"""``postroom events told``: the log of whom was told of what."""

from typing import Annotated

import typer

from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.paths import at
from postroom_cli.tables import Cell, Rows, status
from postroom_cli.users import find_user
from postroom_cli.visible import local_time

ByType = Annotated[str | None, typer.Option("--event-type", help="Only of this event type.")]
ByStatus = Annotated[str | None, typer.Option("--status", help="Only in this status: pending, sent, failed, ….")]
ByUser = Annotated[str | None, typer.Option("--user", help="Only to this user, by id or address.")]
ByJob = Annotated[str | None, typer.Option("--job", metavar="ID", help="Only of this job.")]
ByResult = Annotated[
    str | None, typer.Option("--compliance-result", metavar="ID", help="Only of this compliance result.")
]
Recipient = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only to this address.")]
Since = Annotated[str | None, typer.Option("--from", metavar="TIME", help="From this day or time on, by the order's.")]
Until = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Up to this day, or before this time.")]
Order = Annotated[
    str | None, typer.Option(help="created_at, -created_at, sent_at or -sent_at; with - the newest first.")
]
Most = Annotated[int, typer.Option("--limit", "-n", min=1, help="So many at most.")]


def register(app: typer.Typer) -> None:
    command(app, "told")(told)


def told(
    desk: Desk,
    event_type: ByType = None,
    only_status: ByStatus = None,
    user: ByUser = None,
    job: ByJob = None,
    compliance_result: ByResult = None,
    recipient: Recipient = None,
    since: Since = None,
    until: Until = None,
    order: Order = None,
    limit: Most = 50,
) -> None:
    """List whom of the users was told of which event, and what became of it, the newest first."""
    query = {
        "event_type": event_type,
        "status": only_status,
        "user": find_user(desk.api, user).text("id") if user else None,
        "job": job,
        "compliance_result": compliance_result,
        "recipient": recipient,
        "from": since,
        "to": until,
        "order": order,
    }
    found, following = desk.api.first(at("notifications", "events"), limit, query)
    columns = ("created", "user", "to", "event_type", "status", "delivery", "subject", "")
    document = {"items": [one.values for one in found], "next_cursor": following}
    desk.terminal.show(Rows(columns, [_row(one) for one in found], keep=3), document)
    if following:
        desk.terminal.say(f"There are more; --limit {limit * 10} shows so many.")


def _row(one: Document) -> list[Cell]:
    return [
        local_time(one.moment("created_at")),
        one.text("user"),
        one.text("recipient"),
        one.text("event_type"),
        status(one.text("status")),
        one.text("delivery"),
        one.text("subject"),
        _remark(one),
    ]


def _remark(one: Document) -> str:
    if error := one.text("error"):
        return error
    if sent := one.moment("sent_at"):
        return f"sent {local_time(sent)}"
    due = one.moment("due_at")
    return f"due {local_time(due)}" if due and one.text("status") == "pending" else ""
