"""``postroom tokens verify``."""

from typing import Annotated

import typer

from postroom_cli.desk import Desk, command
from postroom_cli.paths import at
from postroom_cli.secrets_in import TokenFile, TokenStdin, read_token
from postroom_cli.whole import whole

Purpose = Annotated[str, typer.Option(help="email_verification, password_reset, invitation or notification_address.")]


def register(app: typer.Typer) -> None:
    command(app, "verify")(verify)


def verify(desk: Desk, purpose: Purpose, token_file: TokenFile = None, token_stdin: TokenStdin = False) -> None:
    """Redeem the token of a link, once, and tell for whom it speaks."""
    token = read_token(token_file, from_input=token_stdin)
    found = desk.api.create(at("tokens", "verify"), {"token": token, "purpose": purpose}, having="redeemed_at")
    desk.terminal.show(whole(found), found.values)
