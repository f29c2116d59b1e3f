"""``postroom users``: list, show, put, delete."""

from http import HTTPStatus
from typing import Annotated

import typer

from postroom_cli.account_changes import Yes, confirm
from postroom_cli.client import Client
from postroom_cli.content import pairs
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Bad, Refused, Usage
from postroom_cli.paths import at
from postroom_cli.tables import Rows
from postroom_cli.visible import shown
from postroom_cli.whole import whole

User = Annotated[str, typer.Argument(metavar="USER", help="An id or an address.")]
UserId = Annotated[str, typer.Argument(metavar="ID", help="Your own id of the user.")]
ByType = Annotated[str | None, typer.Option("--type", help="Only users of this type.")]
ByRole = Annotated[str | None, typer.Option("--role", help="Only users in this role.")]
ByEmail = Annotated[str | None, typer.Option("--email", metavar="ADDRESS", help="Only the user with this address.")]
Most = Annotated[int, typer.Option("--limit", "-n", min=1, help="So many at most.")]
Email = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where mail goes; a new user needs one.")]
UserName = Annotated[str | None, typer.Option("--name", help="How the user is called.")]
UserType = Annotated[str | None, typer.Option("--type", help="A word of your own for what kind of user it is.")]
NoUserType = Annotated[bool, typer.Option("--no-type", help="Take the type away.")]
Role = Annotated[str | None, typer.Option(help="admin, operator or viewer.")]
Locale = Annotated[str | None, typer.Option(help="The language, such as de or de-AT.")]
NoLocale = Annotated[bool, typer.Option("--no-locale", help="Take the language away.")]
Timezone = Annotated[str | None, typer.Option(help="Such as Europe/Berlin.")]
Attributes = Annotated[
    list[str] | None, typer.Option("--attribute", metavar="NAME=VALUE", help="A text to be kept; repeat it.")
]
WithoutAttributes = Annotated[
    list[str] | None, typer.Option("--without-attribute", metavar="NAME", help="Take an attribute away; repeat it.")
]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_users)
    command(app, "show")(show)
    command(app, "put")(put)
    command(app, "delete")(delete)


def list_users(
    desk: Desk, by_type: ByType = None, by_role: ByRole = None, email: ByEmail = None, limit: Most = 50
) -> None:
    """List users by their ids."""
    query = {"user_type": by_type, "role": by_role, "email": email}
    users, following = desk.api.first(at("users"), limit, query)
    columns = ("id", "email", "name", "user_type", "role", "locale", "timezone")
    rows = [[user.text(name) for name in columns] for user in users]
    document = {"items": [user.values for user in users], "next_cursor": following}
    desk.terminal.show(Rows(columns, rows, keep=2), document)
    if following:
        desk.terminal.say("There are more: --limit")


def show(desk: Desk, user: User) -> None:
    """Show a user."""
    found = find_user(desk.api, user)
    desk.terminal.show(whole(found), found.values)


def put(
    desk: Desk,
    user: UserId,
    email: Email = None,
    name: UserName = None,
    user_type: UserType = None,
    no_type: NoUserType = False,
    role: Role = None,
    locale: Locale = None,
    no_locale: NoLocale = False,
    timezone: Timezone = None,
    attribute: Attributes = None,
    without_attribute: WithoutAttributes = None,
) -> None:
    """Make a user, or change one; what is left out stays as it is."""
    if (user_type is not None and no_type) or (locale is not None and no_locale):
        raise Usage("What is given cannot be taken away as well", "Leave out --no-type or --no-locale")
    named: dict[str, str | None] = {**pairs(attribute or [], "=", "--attribute")}
    given = {
        "email": email,
        "name": name,
        "user_type": user_type,
        "role": role,
        "locale": locale,
        "timezone": timezone,
        "attributes": named | dict.fromkeys(without_attribute or []),
    }
    away = {name for name, gone in (("user_type", no_type), ("locale", no_locale)) if gone}
    wanted = {name: value for name, value in given.items() if value not in (None, {}) or name in away}
    made = desk.api.put(at("users", user), wanted)
    desk.terminal.show(shown(f"{made.text('id')} {made.text('email')} is stored"), made.values)


def delete(desk: Desk, user: User, yes: Yes = False) -> None:
    """Delete a user."""
    found = find_user(desk.api, user)
    name = f"{found.text('id')} {found.text('email')}"
    confirm(f"Delete {name}?", yes=yes)
    desk.api.delete(at("users", found.text("id")))
    desk.terminal.show(shown(f"{name} is deleted"), {"id": found.text("id"), "deleted": True})


def find_user(api: Client, user: str) -> Document:
    """By id, or by address; an id may look like one. Raises Bad."""
    try:
        return api.get(at("users", user))
    except Refused as error:
        if error.http_status != HTTPStatus.NOT_FOUND:
            raise
    if "@" in user:
        for found in api.page(at("users"), {"email": user})[0]:
            return found
    raise Bad(f"There is no user {user}", "See: postroom users list")
