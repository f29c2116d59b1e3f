"""``postroom keys``."""

from typing import Annotated

import typer

from postroom_cli.account_changes import Yes, confirm
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Bad, Usage
from postroom_cli.paths import at
from postroom_cli.tables import Cell, Rows, status
from postroom_cli.visible import local_time, shown

MASK = "********"

KeyId = Annotated[str, typer.Argument(metavar="KEY_ID", help="Its id, key_…, not the key itself.")]
Name = Annotated[str, typer.Option(help="What it is for.")]
Role = Annotated[str, typer.Option(help="admin, operator or viewer.")]
UserId = Annotated[str | None, typer.Option(help="The user to whom it is bound, with the role viewer.")]
PerMinute = Annotated[int | None, typer.Option("--requests-per-minute", help="How many it may make.")]
UsualRequests = Annotated[bool, typer.Option("--usual-requests", help="As many requests as any key.")]
HighestPriority = Annotated[str | None, typer.Option(help="The most urgent it may send: high, normal or low.")]
NewName = Annotated[str | None, typer.Option("--name", help="What it is for.")]
Tenant = Annotated[str | None, typer.Option(metavar="TENANT", help="With the platform's key: to this tenant.")]
Platform = Annotated[bool, typer.Option("--platform", help="The platform's own keys.")]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_keys)
    command(app, "issue")(issue)
    command(app, "set")(change)
    command(app, "revoke")(revoke)


def list_keys(desk: Desk, platform: Platform = False) -> None:
    """List the keys, revoked ones too."""
    keys = list(desk.api.each(_path(platform=platform)))
    columns = ("id", "name", "role", "up to", "user", "made", "revoked")
    desk.terminal.show(Rows(columns, [_row(key) for key in keys]), {"items": [key.values for key in keys]})


def issue(
    desk: Desk,
    name: Name,
    role: Role,
    user_id: UserId = None,
    requests_per_minute: PerMinute = None,
    highest_priority: HighestPriority = None,
    tenant: Tenant = None,
) -> None:
    """Issue a key. It is printed this once."""
    rights = _given(user_id=user_id, requests_per_minute=requests_per_minute, highest_priority=highest_priority)
    path = at("tenants", tenant, "keys") if tenant else at("keys")
    print_key(desk, desk.api.create(path, {"name": name, "role": role, **rights}), "key")


def change(
    desk: Desk,
    key_id: KeyId,
    name: NewName = None,
    requests_per_minute: PerMinute = None,
    usual_requests: UsualRequests = False,
    highest_priority: HighestPriority = None,
) -> None:
    """Change a key's name or rights, from the next request on."""
    _refuse_a_secret(key_id)
    changes = _given(name=name, requests_per_minute=requests_per_minute, highest_priority=highest_priority)
    if usual_requests and requests_per_minute is not None:
        raise Usage("--usual-requests and --requests-per-minute were both given", "Give one of them.")
    if usual_requests:
        changes["requests_per_minute"] = None
    if not changes:
        raise Usage("Nothing to change was given", "See: postroom keys set --help")
    changed = desk.api.put(at("keys", key_id), changes)
    desk.terminal.show(shown(f"{key_id} {changed.text('name')} is changed"), changed.values)


def revoke(desk: Desk, key_id: KeyId, platform: Platform = False, yes: Yes = False) -> None:
    """Revoke a key, from the next request on."""
    _refuse_a_secret(key_id)
    confirm(f"Revoke {key_id}?", yes=yes)
    desk.api.delete(f"{_path(platform=platform)}/{key_id}")
    desk.terminal.show(shown(f"{key_id} is revoked"), {"id": key_id, "revoked": True})


def print_key(desk: Desk, answer: Document, where: str) -> None:
    """The key alone to standard output, what it is beside it. Raises Bad when it was lost on its way."""
    issued = answer if where == "key" else answer.part(where)
    if issued.text("key") in {"", MASK}:
        raise Bad(
            f"{issued.text('id')} was issued, but the first answer, which had the key, was lost",
            f"Revoke it, and issue another: postroom keys revoke {issued.text('id')}",
        )
    desk.terminal.say(
        f"{issued.text('id')} {issued.text('name')}, {issued.text('role')}: keep it now, it is shown once."
    )
    desk.terminal.show_always(shown(issued.text("key")), answer.values)


def _refuse_a_secret(key_id: str) -> None:
    if not key_id.startswith("key_"):
        # It may be the secret itself, and is not repeated.
        raise Bad("That is not the id of a key", "See: postroom keys list")


def _given(**options: str | int | None) -> dict[str, object]:
    return {name: value for name, value in options.items() if value is not None}


def _path(*, platform: bool) -> str:
    return at("platform", "keys") if platform else at("keys")


def _row(key: Document) -> list[Cell]:
    return [
        key.text("id"),
        key.text("name"),
        status(key.text("role")),
        status(key.text("highest_priority")),
        key.text("user_id"),
        local_time(key.moment("created_at")),
        local_time(key.moment("revoked_at")),
    ]
