"""``postroom capacity``: what can be sent, and when what waits will have gone."""

from typing import Annotated

import typer

from postroom_cli.account_reading import described
from postroom_cli.desk import Desk, command
from postroom_cli.mailboxes import find_id
from postroom_cli.paths import at
from postroom_cli.tables import pairs_table

ByAccount = Annotated[str | None, typer.Option("--account", help="Only of this account, by id or address.")]
ByPool = Annotated[str | None, typer.Option("--pool", help="Only of this pool.")]


def register(app: typer.Typer) -> None:
    command(app, "capacity")(capacity)


def capacity(desk: Desk, account: ByAccount = None, pool: ByPool = None) -> None:
    """Show what can be sent now, in the next hour and today, and what waits."""
    account_id = find_id(desk.api, account) if account else None
    found = desk.api.get(at("capacity"), {"account_id": account_id, "pool": pool})
    desk.terminal.show(pairs_table(described(found)), found.values)
