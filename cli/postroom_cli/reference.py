"""The table of all commands in docs/cli.md: ``python -m postroom_cli.reference docs/cli.md`` writes it anew."""

import sys
from collections.abc import Iterator
from pathlib import Path

from typer.core import TyperGroup
from typer.main import get_command

from postroom_cli.app import build

BEGIN, END = "<!-- commands -->", "<!-- /commands -->"


def commands() -> Iterator[tuple[str, str]]:
    """Each command as it is typed, and the first line of its help."""
    root = get_command(build())
    assert isinstance(root, TyperGroup)  # noqa: S101 - an application with groups is one
    yield from _below("postroom", root)


def table() -> str:
    return "\n".join(("| | |", "|---|---|", *(f"| `{name}` | {words} |" for name, words in commands())))


def with_table(document: str) -> str:
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _below(name: str, group: TyperGroup) -> Iterator[tuple[str, str]]:
    for word, one in sorted(group.commands.items()):
        if isinstance(one, TyperGroup):
            yield from _below(f"{name} {word}", one)
        else:
            yield f"{name} {word}", (one.help or "").partition("\n")[0]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_table(path.read_text("utf-8")), "utf-8")
