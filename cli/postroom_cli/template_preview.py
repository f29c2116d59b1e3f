"""``postroom templates preview``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group

from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Bad, Usage
from postroom_cli.paths import at
from postroom_cli.tables import Rows, pairs_table
from postroom_cli.template_files import Folder
from postroom_cli.template_files import data as read_data
from postroom_cli.templates import Locale, UserType, Version, find_template

Template = Annotated[
    str, typer.Argument(metavar="TEMPLATE", help="Its id or its name, or its folder with sample.json to fill it with.")
]
Data = Annotated[Path | None, typer.Option(metavar="FILE", help="A JSON object to fill it with; - is the input.")]
HtmlTo = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the HTML there, to be looked at.")]
IsBuiltIn = Annotated[bool, typer.Option("--built-in", help="One that comes with Postroom, with its own sample data.")]


def register(app: typer.Typer) -> None:
    command(app, "preview")(preview)


def preview(
    desk: Desk,
    template: Template,
    data: Data = None,
    html_to: HtmlTo = None,
    locale: Locale = None,
    user_type: UserType = None,
    version: Version = None,
    built_in: IsBuiltIn = False,
) -> None:
    """Fill a template's draft in as it would be sent, and say what is wrong with the mail."""
    folder = None if built_in else _folder(template)
    filling = _filling(data, folder)
    body: dict[str, object] = {} if filling is None else {"data": filling}
    if built_in:
        place = at("built-in-templates", template, "preview")
    else:
        body |= {"version": version} if version else {}
        named = template if folder is None else folder.name
        place = at("templates", find_template(desk.api, named, locale, user_type), "preview")
    found = desk.api.post(place, body)
    if html_to:
        _write(html_to, found.text("html"))
    _show(desk, found)
    wrong = sum(one.text("level") == "error" for one in found.parts("warnings"))
    if wrong:
        raise Bad(f"The mail has {wrong} fault{'s' if wrong > 1 else ''}")


def _folder(template: str) -> Folder | None:
    folder = Folder(Path(template))
    return folder if folder.path.is_dir() else None


def _filling(data: Path | None, folder: Folder | None) -> dict[str, object] | None:
    if data is None and folder is not None:
        return folder.sample()
    return None if data is None else read_data(data)


def _show(desk: Desk, found: Document) -> None:
    pairs = [
        ("subject", found.text("subject")),
        ("html", f"{found.text('html_bytes')} bytes"),
        ("text", found.text("text")),
    ]
    columns = ("level", "code", "client", "line", "message")
    rows = [[one.text(name) for name in columns] for one in found.parts("warnings")]
    table = (Rows(columns, rows, keep=2),) if rows else ()
    desk.terminal.show(Group(pairs_table(pairs), *table), found.values)


def _write(file: Path, html: str) -> None:
    try:
        file.write_text(html, encoding="utf-8")
    except OSError as error:
        raise Usage(f"{file} cannot be written: {error.strerror or 'unknown'}") from error
