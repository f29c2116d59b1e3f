"""``postroom templates``: what they are, and how they change."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group

from postroom_cli.account_changes import Yes, confirm
from postroom_cli.client import Client
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Bad
from postroom_cli.paths import at
from postroom_cli.tables import Rows
from postroom_cli.template_files import Folder
from postroom_cli.visible import shown
from postroom_cli.whole import whole

Template = Annotated[str, typer.Argument(metavar="TEMPLATE", help="Its id or its name.")]
Locale = Annotated[str | None, typer.Option(help="Of the variants of a name the one for this locale, such as de-AT.")]
UserType = Annotated[str | None, typer.Option(help="Of the variants of a name the one for these users.")]
Version = Annotated[int | None, typer.Option(min=1, help="A version by its number.")]
BuiltIn = Annotated[str, typer.Argument(metavar="NAME", help="Of a template that comes with Postroom.")]
Target = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write its files.")]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_templates)
    command(app, "show")(show)
    command(app, "copy")(copy)
    command(app, "publish")(publish)
    command(app, "rollback")(roll_back)
    command(app, "delete")(delete)


def list_templates(desk: Desk) -> None:
    """List the templates."""
    found = list(desk.api.each(at("templates")))
    columns = ("id", "name", "locale", "user_type", "published_version")
    rows = [[*(one.text(name) for name in columns), "yes" if one.flag("unpublished_changes") else ""] for one in found]
    table = Rows((*columns[:-1], "version", "changed"), rows, keep=2)
    desk.terminal.show(table, {"items": [one.values for one in found]})


def show(
    desk: Desk, template: Template, locale: Locale = None, user_type: UserType = None, version: Version = None
) -> None:
    """Show a template's draft, or one of its versions."""
    template_id = find_template(desk.api, template, locale, user_type)
    place = ("templates", template_id, *(("versions", str(version)) if version else ()))
    found = desk.api.get(at(*place))
    desk.terminal.show(whole(found), found.values)


def copy(desk: Desk, name: BuiltIn, folder: Target) -> None:
    """Write a built-in template into a folder, as a start for one of your own."""
    found = desk.api.get(at("built-in-templates", name))
    files = [str(file) for file in Folder(folder).write(found)]
    desk.terminal.show(Group(*map(shown, files)), {"files": files})


def publish(desk: Desk, template: Template, locale: Locale = None, user_type: UserType = None) -> None:
    """Make a template's draft the version that mails are made from."""
    template_id = find_template(desk.api, template, locale, user_type)
    _tell_version(desk, desk.api.post(at("templates", template_id, "publish")))


def roll_back(
    desk: Desk, template: Template, locale: Locale = None, user_type: UserType = None, version: Version = None
) -> None:
    """Make an earlier version live again: the one before, or the one that is named."""
    template_id = find_template(desk.api, template, locale, user_type)
    chosen = {"version": version} if version else {}
    _tell_version(desk, desk.api.create(at("templates", template_id, "rollback"), chosen))


def delete(desk: Desk, template: Template, locale: Locale = None, user_type: UserType = None, yes: Yes = False) -> None:
    """Delete a template. Messages that wait with it are sent all the same."""
    template_id = find_template(desk.api, template, locale, user_type)
    confirm(f"Delete the template {template_id}?", yes=yes)
    desk.api.delete(at("templates", template_id))
    desk.terminal.show(shown(f"{template_id} is deleted"), {"id": template_id, "deleted": True})


def find_template(api: Client, template: str, locale: str | None = None, user_type: str | None = None) -> str:
    """The id of the one that is meant. Raises Bad."""
    if template.startswith("tpl_"):
        return template
    found = [one for one in api.each(at("templates"), {"name": template}) if _is_meant(one, locale, user_type)]
    if not found:
        raise Bad(f"There is no template {template}", "See: postroom templates list")
    if len(found) > 1:
        ids = ", ".join(one.text("id") for one in found)
        raise Bad(f"{template} has {len(found)} variants: {ids}", "Name one by its id, or by --locale and --user-type.")
    return found[0].text("id")


def _is_meant(one: Document, locale: str | None, user_type: str | None) -> bool:
    return (locale is None or one.text("locale").lower() == locale.lower()) and (
        user_type is None or one.text("user_type") == user_type
    )


def _tell_version(desk: Desk, template: Document) -> None:
    words = f"{template.text('id')} {template.text('name')} is sent as version {template.text('published_version')}"
    desk.terminal.show(shown(words), template.values)
