"""``postroom audit``."""

from typing import Annotated

import typer

from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.paths import at
from postroom_cli.tables import Cell, Rows
from postroom_cli.visible import local_time

Action = Annotated[str | None, typer.Option(help="Only this kind of deed, such as account.changed.")]
Target = Annotated[str | None, typer.Option(help="Only what was done to this, such as account/acc_….")]
KeyId = Annotated[str | None, typer.Option("--key-id", help="Only what was done with this key, by its id.")]
Since = Annotated[str | None, typer.Option("--from", metavar="TIME", help="From this day or time on.")]
Until = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Up to this day, or before this time.")]
Most = Annotated[int, typer.Option("--limit", "-n", min=1, help="So many at most.")]
Platform = Annotated[bool, typer.Option("--platform", help="What was done with the platform's keys.")]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_entries)


def list_entries(
    desk: Desk,
    action: Action = None,
    target: Target = None,
    key_id: KeyId = None,
    since: Since = None,
    until: Until = None,
    limit: Most = 50,
    platform: Platform = False,
) -> None:
    """List who changed what, when and from where, the newest first."""
    query = {"action": action, "target": target, "key_id": key_id, "from": since, "to": until}
    entries, following = desk.api.first(at("platform", "audit") if platform else at("audit"), limit, query)
    columns = ("at", "action", "target", "by", "from", "change")
    rows = [_row(entry) for entry in entries]
    document = {"items": [entry.values for entry in entries], "next_cursor": following}
    desk.terminal.show(Rows(columns, rows, keep=3), document)
    if following:
        desk.terminal.say(f"There are more; --limit {limit * 10} shows so many.")


def _row(entry: Document) -> list[Cell]:
    actor = entry.part("actor")
    return [
        local_time(entry.moment("at")),
        entry.text("action"),
        entry.text("target"),
        actor.text("user_id") or actor.text("key_id") or actor.text("role"),
        actor.text("source_ip"),
        ", ".join(_changes(entry)),
    ]


def _changes(entry: Document) -> list[str]:
    """What each field was and is. That a revision rose says nothing here."""
    before, after = entry.part("before").values, entry.part("after").values
    names = [name for name in {**before, **after} if name != "revision"]
    return [_change(name, before.get(name), after.get(name)) for name in names]


def _change(name: str, before: object, after: object) -> str:
    if before is None:
        return f"{name}: {after}"
    return f"{name}: {before} → {'nothing' if after is None else after}"
