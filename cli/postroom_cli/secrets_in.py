"""A password on its way in: asked for unseen, or read from where only its owner reads. Never an option's value."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from postroom_cli.errors import Usage
from postroom_cli.reading import INPUT, first_line

PasswordFile = Annotated[Path | None, typer.Option(help="A file with the password in its first line.", metavar="FILE")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="The password is the first line of the input.")]


def read_password(whose: str, file: Path | None, *, from_input: bool) -> str:
    """Raises Usage where there is nobody to ask."""
    if file is not None and from_input:
        raise Usage("Give --password-file or --password-stdin, not both")
    if file is not None:
        password = first_line(file, "password")
    elif from_input:
        password = first_line(INPUT, "password")
    elif sys.stdin.isatty():
        password = typer.prompt(f"Password of {whose}", hide_input=True, err=True)
    else:
        raise Usage("There is nobody to ask for the password", "Give it by --password-file or --password-stdin.")
    password = password.rstrip("\r\n")
    if not password:
        raise Usage("The password is empty")
    return password
