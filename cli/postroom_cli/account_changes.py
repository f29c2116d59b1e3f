"""``postroom accounts``: pause, resume, delete."""

import sys
from typing import Annotated

import typer

from postroom_cli.account_reading import Account
from postroom_cli.desk import Desk, command
from postroom_cli.errors import Usage
from postroom_cli.mailboxes import find
from postroom_cli.paths import at
from postroom_cli.visible import harmless, shown

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Force = Annotated[bool, typer.Option("--force", help="Also when pools or waiting messages use it.")]


def register(app: typer.Typer) -> None:
    command(app, "pause")(pause)
    command(app, "resume")(resume)
    command(app, "delete")(delete)


def pause(desk: Desk, account: Account) -> None:
    """Let an account rest until it is resumed."""
    _switch(desk, account, "pause")


def resume(desk: Desk, account: Account) -> None:
    """Let an account send again, also one that was stopped after a fault."""
    _switch(desk, account, "resume")


def delete(desk: Desk, account: Account, force: Force = False, yes: Yes = False) -> None:
    """Delete an account and its password."""
    found = find(desk.api, account)
    name = f"{found.text('id')} {found.text('email')}"
    confirm(f"Delete {name}?", yes=yes)
    desk.api.delete(at("accounts", found.text("id")), {"force": "true"} if force else {})
    desk.terminal.show(shown(f"{name} is deleted"), {"id": found.text("id"), "deleted": True})


def confirm(question: str, *, yes: bool) -> None:
    """Raises Usage where nobody can be asked, and Abort when the answer is no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Usage(f"{question} There is nobody to ask", "Give --yes.")
    typer.confirm(harmless(question), abort=True, err=True)


def _switch(desk: Desk, account: str, step: str) -> None:
    found = find(desk.api, account)
    changed = desk.api.post(at("accounts", found.text("id"), step))
    words = f"{changed.text('id')} {changed.text('email')} is {changed.text('status')}"
    desk.terminal.show(shown(words), changed.values)
