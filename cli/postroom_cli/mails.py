"""``postroom mails``: the mails that every application sends."""

from typing import Annotated

import typer

from postroom_cli.desk import Desk, command, given_exactly_one
from postroom_cli.mailboxes import find_id
from postroom_cli.paths import at
from postroom_cli.pools import find_pool
from postroom_cli.visible import shown

UserId = Annotated[str | None, typer.Option(help="The user, by the id that you gave.")]
Email = Annotated[str | None, typer.Option(help="The user, by address.")]
BaseUrl = Annotated[str, typer.Option(help="Where the link leads; its origin must be registered.")]
Account = Annotated[str | None, typer.Option(help="Only by this account, by id or address.")]
Pool = Annotated[str | None, typer.Option(help="Only by an account of this pool, by id or name.")]
Locale = Annotated[str | None, typer.Option(help="The language, instead of the user's: de, de-AT …")]


def register(app: typer.Typer) -> None:
    command(app, "verification")(verification)
    command(app, "password-reset")(password_reset)
    command(app, "invitation")(invitation)
    command(app, "welcome")(welcome)


def verification(
    desk: Desk,
    base_url: BaseUrl,
    user_id: UserId = None,
    email: Email = None,
    account: Account = None,
    pool: Pool = None,
    locale: Locale = None,
) -> None:
    """Send a user a link that verifies the address."""
    given_exactly_one(user_id=user_id, email=email)
    _send(desk, "verification", account, pool, user_id=user_id, email=email, base_url=base_url, locale=locale)


def password_reset(
    desk: Desk,
    email: Annotated[str, typer.Option(help="The user's address. Nobody is told whether there is such a user.")],
    base_url: BaseUrl,
    account: Account = None,
    pool: Pool = None,
    locale: Locale = None,
) -> None:
    """Send a user a link to a new password."""
    _send(desk, "password-reset", account, pool, email=email, base_url=base_url, locale=locale)


def invitation(
    desk: Desk,
    inviter: Annotated[str, typer.Option(help="The id of the user who invites.")],
    invitee_email: Annotated[str, typer.Option(help="Who is invited.")],
    base_url: BaseUrl,
    user_type: Annotated[str | None, typer.Option(help="As what.")] = None,
    account: Account = None,
    pool: Pool = None,
    locale: Locale = None,
) -> None:
    """Send an invitation in the name of a user."""
    who = {"inviter": inviter, "invitee_email": invitee_email, "user_type": user_type}
    _send(desk, "invitation", account, pool, base_url=base_url, locale=locale, **who)


def welcome(
    desk: Desk,
    user_id: Annotated[str, typer.Option(help="The user, by the id that you gave.")],
    base_url: Annotated[str | None, typer.Option(help="Where the button leads; without it there is none.")] = None,
    account: Account = None,
    pool: Pool = None,
    locale: Locale = None,
) -> None:
    """Welcome a user."""
    _send(desk, "welcome", account, pool, user_id=user_id, base_url=base_url, locale=locale)


def _send(desk: Desk, kind: str, account: str | None, pool: str | None, **given: str | None) -> None:
    places = {
        "account_id": find_id(desk.api, account) if account else None,
        "pool_id": find_pool(desk.api, pool).text("id") if pool else None,
    }
    body = {name: value for name, value in {**given, **places}.items() if value is not None}
    answer = desk.api.create(at("emails", kind), body, having="status")
    desk.terminal.show(shown("The request is accepted"), answer.values)
