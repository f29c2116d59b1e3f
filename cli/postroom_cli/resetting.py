"""``postroom accounts reset``: counters start anew."""

from typing import Annotated

import typer

from postroom_cli.desk import Desk, command, given_exactly_one
from postroom_cli.document import Document
from postroom_cli.errors import Bad, Refused
from postroom_cli.mailboxes import find
from postroom_cli.paths import at
from postroom_cli.tables import Rows

AccountId = Annotated[str | None, typer.Option(help="Only the account with this id.")]
Email = Annotated[str | None, typer.Option(help="Only the account with this address.")]
Everyone = Annotated[bool, typer.Option("--all", help="Every account.")]


def register(app: typer.Typer) -> None:
    command(app, "reset")(reset)


def reset(desk: Desk, account_id: AccountId = None, email: Email = None, everyone: Everyone = False) -> None:
    """Set the counters of what was sent to zero; what waits for them goes."""
    given_exactly_one(account_id=account_id, email=email, all=everyone)
    named = account_id or email
    accounts = [find(desk.api, named)] if named else list(desk.api.each(at("accounts")))
    done, refused = _reset_each(desk, accounts)
    rows = [[one.text("id"), one.text("email"), one.text("emails_sent"), one.text("remaining")] for one in done]
    desk.terminal.show(Rows(("id", "email", "sent", "left"), rows, keep=2), {"items": [one.values for one in done]})
    if refused:
        raise Bad(f"{refused} of {len(accounts)} accounts could not be reset")


def _reset_each(desk: Desk, accounts: list[Document]) -> tuple[list[Document], int]:
    done: list[Document] = []
    with desk.terminal.progress("Resetting", len(accounts)) as steps:
        for account in accounts:
            steps.now(account.text("email"))
            try:
                done.append(desk.api.post_once(at("accounts", account.text("id"), "reset")))
            except Refused as refused:
                # One that was deleted meanwhile stops none of the others; without the right, none is reset.
                if refused.http_status in {401, 403}:
                    raise
                desk.terminal.warn([f"{account.text('email')}: {refused.message}"])
            steps.done()
    return done, len(accounts) - len(done)
