"""Windows of quiet as they are typed: ``22:00-07:00``, ``saturday,sunday 00:00-00:00``, ``mon-fri 12:00-13:00``."""

import re
from collections.abc import Iterator

from postroom_cli.document import Document
from postroom_cli.errors import Usage

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WINDOW = re.compile(r"(?:([a-z,-]+) +)?(\d?\d:\d\d)-(\d?\d:\d\d)", re.IGNORECASE)
_SHORTEST = 3
_EXAMPLE = 'Such as "22:00-07:00" or "mon-fri 12:00-13:00" or "saturday,sunday 00:00-00:00"'


def window(text: str) -> dict[str, object]:
    """Raises Usage. Which times and windows there may be is for the API to say."""
    found = _WINDOW.fullmatch(text.strip())
    if found is None:
        raise Usage(f"{text} is no window of quiet hours", _EXAMPLE)
    days, start, end = found.groups()
    times = {"start": start.zfill(5), "end": end.zfill(5)}
    return {"days": list(_days(days.lower(), text)), **times} if days else {**times}


def typed(one: Document) -> str:
    """A window as it could be typed, every day left out."""
    days = one.texts("days")
    times = f"{one.text('start')}-{one.text('end')}"
    return times if len(days) == len(_DAYS) else f"{','.join(days)} {times}"


def _days(words: str, text: str) -> Iterator[str]:
    for word in words.split(","):
        first, dash, last = word.partition("-")
        number, length = _number(first, text), len(_DAYS)
        reach = (_number(last, text) - number) % length if dash else 0
        yield from (_DAYS[(number + step) % length] for step in range(reach + 1))


def _number(word: str, text: str) -> int:
    for number, day in enumerate(_DAYS):
        if len(word) >= _SHORTEST and day.startswith(word):
            return number
    raise Usage(f"{text} names no day of the week with {word}", _EXAMPLE)
