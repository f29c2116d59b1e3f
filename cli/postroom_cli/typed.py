"""What was typed, looked at before anything is done with it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from postroom_cli.errors import Usage

_MAY_BE_EMPTY = {"text", "html", "sender_name"}
"""What is written. All else names something, and nothing has no name: an unset variable of a script is a mistake."""


class Parameter(Protocol):
    name: str | None
    opts: list[str]


def refuse_what_cannot_be_meant(given: Mapping[str, object], parameters: Sequence[Parameter]) -> None:
    """Raises Usage."""
    for parameter in parameters:
        for value in _values(given.get(parameter.name or "")):
            if isinstance(value, str) and not value.strip() and parameter.name not in _MAY_BE_EMPTY:
                raise Usage(f"{_as_typed(parameter)} is empty", "Leave it out, or give it a value.")


def _values(value: object) -> Iterator[object]:
    if isinstance(value, list):
        yield from value
    else:
        yield value


def _as_typed(parameter: Parameter) -> str:
    longest = max(parameter.opts, key=len)
    return longest if longest.startswith("-") else longest.upper()
