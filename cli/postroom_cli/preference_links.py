"""``postroom preferences links``: issue, revoke."""

import typer

from postroom_cli.account_changes import Yes, confirm
from postroom_cli.desk import Desk, command
from postroom_cli.paths import at
from postroom_cli.users import User, find_user
from postroom_cli.visible import shown


def register(app: typer.Typer) -> None:
    links = typer.Typer(no_args_is_help=True)
    command(links, "issue")(issue)
    command(links, "revoke")(revoke)
    app.add_typer(links, name="links", help="By which users change them without a password.")


def issue(desk: Desk, user: User) -> None:
    """Get a link to a user's page of preferences. Whoever has it may change them."""
    made = desk.api.post(at("users", find_user(desk.api, user).text("id"), "preference-links"))
    desk.terminal.show(shown(made.text("preferences_url")), made.values)


def revoke(desk: Desk, user: User, yes: Yes = False) -> None:
    """End all links to a user's preferences, those in mails as well; later ones work."""
    known = find_user(desk.api, user).text("id")
    confirm(f"End all links to the preferences of {known}?", yes=yes)
    ended = desk.api.post(at("users", known, "preference-links", "revoke"))
    desk.terminal.show(shown(f"The links of {known} are ended"), ended.values)
