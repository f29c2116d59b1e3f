"""A secret on its way in: asked for unseen, or read from where only its owner reads. Never an option's value."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from postroom_cli.errors import Usage
from postroom_cli.reading import INPUT, first_line

PasswordFile = Annotated[Path | None, typer.Option(help="A file with the password in its first line.", metavar="FILE")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="The password is the first line of the input.")]


TokenFile = Annotated[Path | None, typer.Option(help="A file with the token in its first line.", metavar="FILE")]
TokenStdin = Annotated[bool, typer.Option("--token-stdin", help="The token is the first line of the input.")]


def read_password(whose: str, file: Path | None, *, from_input: bool) -> str:
    """Raises Usage where there is nobody to ask."""
    return _read("password", f"Password of {whose}", file, from_input=from_input)


def read_token(file: Path | None, *, from_input: bool) -> str:
    """Raises Usage where there is nobody to ask."""
    return _read("token", "Token", file, from_input=from_input).strip()


def _read(what: str, question: str, file: Path | None, *, from_input: bool) -> str:
    if file is not None and from_input:
        raise Usage(f"Give --{what}-file or --{what}-stdin, not both")
    if file is not None:
        secret = first_line(file, what)
    elif from_input:
        secret = first_line(INPUT, what)
    elif sys.stdin.isatty():
        secret = typer.prompt(question, hide_input=True, err=True)
    else:
        raise Usage(f"There is nobody to ask for the {what}", f"Give it by --{what}-file or --{what}-stdin.")
    secret = secret.rstrip("\r\n")
    if not secret:
        raise Usage(f"The {what} is empty")
    return secret
