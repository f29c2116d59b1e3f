"""Users as CSV (RFC 4180): the first row names the columns."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from postroom.errors import FieldError
from postroom.users.imports.lines import TextLine, lines_of
from postroom.users.imports.model import LARGEST_FILE, LONGEST_LINE, Record, Refusal

_ID = "id"
_COLUMN = re.compile(r"id|email|name|user_type|role|locale|timezone|attributes\.[A-Za-z0-9_]{1,64}")
_ATTRIBUTE = "attributes."
_MOST_READ_AGAIN = LARGEST_FILE
"""Characters. When each line opens a quote that swallows the next thousand, each would be read a thousand times."""

_Row = tuple[int, list[str]]


def read_csv(blocks: Iterable[bytes]) -> Iterator[Record | Refusal]:
    """Empty rows are left out, and empty cells: they change nothing. An attribute is always text."""
    rows = _Rows(lines_of(blocks))
    header = next(rows, None)
    if header is None:
        return
    columns = header if isinstance(header, Refusal) else _columns(*header)
    if isinstance(columns, Refusal):
        yield Refusal(columns.line, columns.errors, fatal=True)
        return
    for row in rows:
        record = row if isinstance(row, Refusal) else _record(columns, row, rows)
        yield record
        if isinstance(record, Refusal) and record.fatal:
            return


class _Rows:
    """The rows of a file, each with the line where it begins; a quoted field may go over several lines.

    A row that cannot be read is its first line alone: what only a quote that was never closed had swallowed is read
    again, each line for itself. A file where that happens all the time is read no further.
    """

    def __init__(self, lines: Iterator[TextLine]) -> None:
        self._lines = lines
        self._again: deque[TextLine] = deque()
        self._taken: list[TextLine] = []
        self._size = 0
        self._read_again = 0
        self._reader = csv.reader(_Texts(self._next_text), strict=True)

    def __iter__(self) -> "_Rows":
        return self

    def __next__(self) -> _Row | Refusal:
        while True:
            self._taken, self._size = [], 0
            try:
                cells = next(self._reader)
            except (csv.Error, _Broken) as error:
                return self.refused(f"is not CSV: {error}")
            if any(cell.strip() for cell in cells):
                return self._taken[0].number, cells

    def refused(self, message: str) -> Refusal:
        """The row that was read last, as far as its first line."""
        first, *others = self._taken
        self._again.extendleft(reversed(others))
        self._read_again += sum(len(line.text) for line in others)
        if self._read_again > _MOST_READ_AGAIN:
            message = "has a quote that is not closed, as too many before it: the rest was not read"
            return Refusal(first.number, (FieldError("line", message),), fatal=True)
        message = "has a quote that is not closed" if others else message
        return Refusal(first.number, (FieldError("line", first.fault or message),))

    def _next_text(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._taken.append(line)
        self._size += len(line.text) + 1
        if line.fault or self._size > LONGEST_LINE + 1:
            raise _Broken
        return line.text + "\n"


class _Broken(Exception):
    """A row has a line that cannot be read, or too many."""


class _Texts:
    """An iterator that goes on after an error, which no generator does."""

    def __init__(self, next_text: Callable[[], str]) -> None:
        self._next_text = next_text

    def __iter__(self) -> "_Texts":
        return self

    def __next__(self) -> str:
        return self._next_text()


def _columns(line: int, cells: Sequence[str]) -> list[str] | Refusal:
    names = [cell.strip() for cell in cells]
    if _ID not in names:
        return Refusal(line, (FieldError("line", "must name the columns, id among them, with commas between"),))
    unknown = [name for name in names if not _COLUMN.fullmatch(name)]
    twice = sorted({name for name in names if names.count(name) > 1} - set(unknown))
    errors = [FieldError(name, "is not a known column") for name in dict.fromkeys(unknown)]
    errors += [FieldError(name, "is the name of two columns") for name in twice]
    return Refusal(line, tuple(errors)) if errors else names


def _record(columns: Sequence[str], row: _Row, rows: _Rows) -> Record | Refusal:
    line, cells = row
    if len(cells) != len(columns):
        return rows.refused(f"has {len(cells)} fields where the first line names {len(columns)} columns")
    given: dict[str, Any] = {}
    attributes: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=True):
        if text := cell.strip():
            if name.startswith(_ATTRIBUTE):
                attributes[name.removeprefix(_ATTRIBUTE)] = text
            else:
                given[name] = text
    return Record(line, given | {"attributes": attributes} if attributes else given)
