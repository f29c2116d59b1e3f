"""``postroom users``: import, import-status."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Bad, Usage
from postroom_cli.keys import MASK
from postroom_cli.paths import at
from postroom_cli.tables import Rows
from postroom_cli.uploading import upload
from postroom_cli.visible import shown

_LARGEST = 100_000_000
_FORMATS = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}
_PAUSE_SECONDS = 1.0

UsersFile = Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a header line, or NDJSON.")]
Format = Annotated[str | None, typer.Option("--format", help="csv or ndjson, where the file's name does not say.")]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds to wait for its end.")]
ImportId = Annotated[str, typer.Argument(metavar="IMPORT", help="Its id.")]


def register(app: typer.Typer) -> None:
    command(app, "import")(import_users)
    command(app, "import-status")(import_status)


def import_users(desk: Desk, file: UsersFile, file_format: Format = None, timeout: Timeout = 3600) -> None:
    """Make or change users from a file, and show every line that was refused."""
    chosen = _format(file, file_format)
    _look_at(file)
    made = desk.api.create(at("users", "imports"), {"format": chosen})
    place = _place(desk, made)
    headers = {name: str(value) for name, value in place.part("headers").values.items()}
    # Said before the waiting: whoever breaks it off has the id.
    desk.terminal.say(f"{made.text('id')} is made")
    with desk.terminal.progress(f"sending {file.name}", None):
        upload(file, place.text("url"), headers)
    desk.api.create(at("users", "imports", made.text("id"), "start"), {})
    import_status(desk, made.text("id"), timeout)


def import_status(desk: Desk, import_id: ImportId, timeout: Timeout = 3600) -> None:
    """Follow an import to its end, and show every line that was refused."""
    found = _followed(desk, import_id, timeout)
    refused = list(desk.api.each(at("users", "imports", import_id, "refused"))) if found.number("refused") else []
    document = {**found.values, "refused_lines": [line.values for line in refused]}
    if refused:
        rows = [[line.text("line"), line.text("user_id"), _wrong(line)] for line in refused]
        desk.terminal.show_always(Rows(("line", "id", "what is wrong"), rows, keep=2), document)
    else:
        desk.terminal.show(shown(standing(found)), document)
    if found.text("status") != "done" or refused:
        raise Bad(standing(found))


def _place(desk: Desk, made: Document) -> Document:
    place = made.part("upload")
    if place.text("url") == MASK:  # The answer that had it was lost on its way.
        return desk.api.post(at("users", "imports", made.text("id"), "upload"))
    return place


def standing(found: Document) -> str:
    """How far it is, in a line."""
    counts = ", ".join(f"{found.text(name, '0')} {name}" for name in ("created", "changed", "unchanged", "refused"))
    why = f" ({found.text('detail')})" if found.text("detail") else ""
    return f"{found.text('id')} is {found.text('status')}{why}: {counts}"


def _followed(desk: Desk, import_id: str, seconds: float) -> Document:
    """When time runs out it is what it was last."""
    until = desk.world.now() + timedelta(seconds=seconds)
    with desk.terminal.progress(import_id, None) as steps:
        while True:
            found = desk.api.get(at("users", "imports", import_id))
            steps.now(standing(found))
            if found.text("status") not in {"waiting", "running"} or desk.world.now() >= until:
                return found
            desk.world.sleep(_PAUSE_SECONDS)


def _format(file: Path, given: str | None) -> str:
    """Raises Usage."""
    chosen = given or _FORMATS.get(file.suffix.lower())
    if chosen is None:
        raise Usage(f"The name of {file} does not say what it is", "Give --format csv or --format ndjson.")
    return chosen


def _look_at(file: Path) -> None:
    """Raises Usage."""
    try:
        size = file.stat().st_size
    except OSError as error:
        raise Usage(f"{file} cannot be read: {error.strerror or 'unknown'}") from error
    if not file.is_file():
        raise Usage(f"{file} is no file")
    if size > _LARGEST:
        raise Usage(f"{file} is too large", f"It may have {_LARGEST:,} bytes; split it.")


def _wrong(line: Document) -> str:
    return "; ".join(f"{error.text('field')} {error.text('message')}" for error in line.parts("errors"))
