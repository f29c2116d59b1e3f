"""``postroom pools``."""

from typing import Annotated

import typer

from postroom_cli.account_changes import Yes, confirm
from postroom_cli.client import Client
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Bad
from postroom_cli.mailboxes import find_id
from postroom_cli.paths import at
from postroom_cli.tables import Rows
from postroom_cli.visible import shown
from postroom_cli.whole import whole

Pool = Annotated[str, typer.Argument(metavar="POOL", help="Its id or its name.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="How messages name it.")]
Accounts = Annotated[list[str], typer.Option("--account", help="An account of it, by id or address; repeat it.")]
Strategy = Annotated[str | None, typer.Option(help="How one of them is chosen: random, idle_longest and others.")]
Force = Annotated[bool, typer.Option("--force", help="Also when waiting messages name it.")]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_pools)
    command(app, "create")(create)
    command(app, "set")(change)
    command(app, "show")(show)
    command(app, "delete")(delete)


def list_pools(desk: Desk) -> None:
    """List the pools."""
    pools = list(desk.api.each(at("pools")))
    rows = [[pool.text("id"), pool.text("name"), str(len(pool.texts("account_ids")))] for pool in pools]
    desk.terminal.show(Rows(("id", "name", "accounts"), rows, keep=2), {"items": [pool.values for pool in pools]})


def create(desk: Desk, name: Name, account: Accounts, strategy: Strategy = None) -> None:
    """Make a pool of accounts."""
    chosen = {"strategy": strategy} if strategy else {}
    made = desk.api.create(at("pools"), {"name": name, "account_ids": _ids(desk, account), **chosen})
    desk.terminal.show(shown(f"{made.text('id')} {made.text('name')} is made"), made.values)


def change(desk: Desk, pool: Pool, account: Accounts) -> None:
    """Give a pool other accounts: exactly those that are named."""
    found = find_pool(desk.api, pool)
    changed = desk.api.put(at("pools", found.text("id")), {"account_ids": _ids(desk, account)})
    desk.terminal.show(shown(f"{changed.text('id')} {changed.text('name')} is changed"), changed.values)


def show(desk: Desk, pool: Pool) -> None:
    """Show a pool and its accounts."""
    found = find_pool(desk.api, pool)
    desk.terminal.show(whole(found), found.values)


def delete(desk: Desk, pool: Pool, force: Force = False, yes: Yes = False) -> None:
    """Delete a pool; its accounts stay."""
    found = find_pool(desk.api, pool)
    name = f"{found.text('id')} {found.text('name')}"
    confirm(f"Delete the pool {name}?", yes=yes)
    desk.api.delete(at("pools", found.text("id")), {"force": "true"} if force else {})
    desk.terminal.show(shown(f"{name} is deleted"), {"id": found.text("id"), "deleted": True})


def find_pool(api: Client, pool: str) -> Document:
    """By id or by name. Raises Bad."""
    if pool.startswith("pool_"):
        return api.get(at("pools", pool))
    for one in api.each(at("pools")):
        if pool in {one.text("name"), one.text("id")}:
            return one
    raise Bad(f"There is no pool {pool}", "See: postroom pools list")


def _ids(desk: Desk, accounts: list[str]) -> list[str]:
    return [find_id(desk.api, account) for account in accounts]
