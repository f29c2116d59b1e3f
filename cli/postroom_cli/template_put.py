"""``postroom templates put``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group

from postroom_cli.client import Client
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Usage
from postroom_cli.paths import at
from postroom_cli.template_files import Folder
from postroom_cli.visible import shown

Folders = Annotated[
    list[Path], typer.Argument(metavar="FOLDER", help="With subject.txt, body.html and body.txt; it gives the name.")
]
Name = Annotated[str | None, typer.Option(help="Another name than the folder's.")]
Locale = Annotated[str | None, typer.Option(help="As variants for this locale, such as de-AT.")]
UserType = Annotated[str | None, typer.Option(help="As variants for these users.")]
Publish = Annotated[bool, typer.Option("--publish", help="And publish it, tried out with the folder's sample.json.")]


@dataclass(frozen=True, slots=True)
class Place:
    """What only one template has."""

    name: str
    locale: str
    user_type: str

    @classmethod
    def of(cls, template: Document) -> "Place":
        return cls(template.text("name"), template.text("locale").lower(), template.text("user_type"))


def register(app: typer.Typer) -> None:
    command(app, "put")(put)


def put(
    desk: Desk,
    folder: Folders,
    name: Name = None,
    locale: Locale = None,
    user_type: UserType = None,
    publish: Publish = False,
) -> None:
    """Make the templates of some folders, or change their drafts."""
    if name and len(folder) > 1:
        raise Usage("Give --name with one folder alone")
    # All are read before anything is changed.
    read = [(one, one.parts(), one.sample() if publish else None) for one in map(Folder, folder)]
    done: list[Document] = []
    for one, parts, sample in read:
        body = {"name": name or one.name, "locale": locale, "user_type": user_type, **parts}
        made = _put(desk.api, body)
        done.append(_published(desk.api, made, sample) if publish else made)
    lines = [shown(_told(one, published=publish)) for one in done]
    desk.terminal.show(Group(*lines), {"items": [one.values for one in done]})


def _put(api: Client, body: dict[str, str | None]) -> Document:
    place = Place.of(Document(body))
    for one in api.each(at("templates"), {"name": place.name}):
        if Place.of(one) == place:
            return api.put(at("templates", one.text("id")), body)
    return api.create(at("templates"), body)


def _published(api: Client, template: Document, sample: dict[str, object] | None) -> Document:
    body = {} if sample is None else {"data": sample}
    return api.post(at("templates", template.text("id"), "publish"), body)


def _told(template: Document, *, published: bool) -> str:
    what = f"is sent as version {template.text('published_version')}" if published else "has a new draft"
    return f"{template.text('id')} {template.text('name')} {what}"
