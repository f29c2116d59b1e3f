"""``postroom capacity``: what can be sent, and when what waits will have gone."""

from typing import Annotated

import typer

from postroom_cli.desk import Desk, command
from postroom_cli.errors import Usage
from postroom_cli.mailboxes import find_id
from postroom_cli.paths import at
from postroom_cli.pools import find_pool
from postroom_cli.whole import whole

Accounts = Annotated[
    list[str] | None, typer.Option("--account", help="Only this account, by id or address; repeat it.")
]
ByPool = Annotated[str | None, typer.Option("--pool", help="Only this pool, by id or name.")]


def register(app: typer.Typer) -> None:
    command(app, "capacity")(capacity)


def capacity(desk: Desk, account: Accounts = None, pool: ByPool = None) -> None:
    """Show what can be sent now, in the next hour and today, what waits, and when that will have gone."""
    if account and pool is not None:
        raise Usage("Give --account or --pool, not both")
    ids = [find_id(desk.api, one) for one in account or []]
    pool_id = None if pool is None else find_pool(desk.api, pool).text("id")
    found = desk.api.get(at("capacity"), {"account_ids": ",".join(ids) or None, "pool_id": pool_id})
    desk.terminal.show(whole(found), found.values)
