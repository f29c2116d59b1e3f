"""What was typed, looked at before anything is done with it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from postroom_cli.errors import Usage

_MAY_BE_EMPTY = {"text", "html", "sender_name"}
"""What is written. All else names something, and nothing has no name: an unset variable of a script is a mistake."""

_MOST_SECONDS = 1e9
"""Past that there are no dates; all numbers with a fraction are seconds."""


class Parameter(Protocol):
    name: str | None
    opts: list[str]


def refuse_what_cannot_be_meant(given: Mapping[str, object], parameters: Sequence[Parameter]) -> None:
    """Raises Usage."""
    for parameter in parameters:
        for value in _values(given.get(parameter.name or "")):
            wrong = _wrong(value, may_be_empty=parameter.name in _MAY_BE_EMPTY)
            if wrong:
                raise Usage(f"{_as_typed(parameter)} {wrong[0]}", wrong[1])


def _wrong(value: object, *, may_be_empty: bool) -> tuple[str, str] | None:
    """What it is, and what mends it."""
    match value:
        case str() if not value.strip() and not may_be_empty:
            return "is empty", "Leave it out, or give it a value."
        case str() if not _is_unicode(value):
            return "is not text in UTF-8", "See the locale of this terminal or script."
        case float() if not -_MOST_SECONDS < value < _MOST_SECONDS:
            return f"is {value}", "Give it a number of seconds."
    return None


def _is_unicode(text: str) -> bool:
    # What is not UTF-8 comes as lone surrogates (PEP 383).
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _values(value: object) -> Iterator[object]:
    if isinstance(value, list):
        yield from value
    else:
        yield value


def _as_typed(parameter: Parameter) -> str:
    longest = max(parameter.opts, key=len)
    return longest if longest.startswith("-") else longest.upper()
