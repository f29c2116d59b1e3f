"""Files and the input, read up to a bound: what says nothing of its size may have no end. Texts are in UTF-8."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from postroom_cli.errors import Usage

INPUT = Path("-")

_LONGEST_LINE = 10_000


def text(file: Path, most: int) -> str:
    """``most`` in bytes. Raises Usage."""
    return _lines(content(file, most), _name(file)).read()


def content(file: Path, most: int) -> bytes:
    """``most`` in bytes. Raises Usage."""
    name = _name(file)
    with _opened(file, name) as source:
        return _within(source.read(most + 1), most, name)


def first_line(file: Path, what: str) -> str:
    """``what`` it is to hold, for whoever has to mend it. Raises Usage."""
    name = _name(file, f"The {what} file ")
    with _opened(file, name) as source:
        return _lines(_within(source.readline(_LONGEST_LINE + 1), _LONGEST_LINE, name), name).readline()


def _name(file: Path, before: str = "") -> str:
    return "The input" if file == INPUT else f"{before}{file}"


@contextmanager
def _opened(file: Path, name: str) -> Iterator[BinaryIO]:
    try:
        if file == INPUT:
            yield sys.stdin.buffer
        else:
            with file.open("rb") as opened:
                yield opened
    except OSError as error:
        raise Usage(f"{name} cannot be read: {error.strerror or 'unknown'}") from error


def _within(found: bytes, most: int, name: str) -> bytes:
    if len(found) > most:
        raise Usage(f"{name} is too large", f"It may have {most:,} bytes.")
    return found


def _lines(found: bytes, name: str) -> io.StringIO:
    """Whichever way its lines end, here they end in one."""
    try:
        return io.StringIO(found.decode("utf-8"), newline=None)
    except UnicodeDecodeError as error:
        raise Usage(f"{name} cannot be read: it is not text in UTF-8") from error
