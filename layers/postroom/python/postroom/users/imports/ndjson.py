"""Users as NDJSON: one JSON object in each line (https://github.com/ndjson/ndjson-spec)."""

from collections.abc import Iterable, Iterator

from postroom.errors import FieldError
from postroom.strict_json import Refused, read_strictly
from postroom.users.imports.lines import TextLine, lines_of
from postroom.users.imports.model import Record, Refusal


def read_ndjson(blocks: Iterable[bytes]) -> Iterator[Record | Refusal]:
    """Empty lines are left out."""
    for line in lines_of(blocks):
        if line.fault or line.text.strip():
            yield _record(line)


def _record(line: TextLine) -> Record | Refusal:
    if line.fault:
        return _refused(line, line.fault)
    try:
        value = read_strictly(line.text)
    except Refused as error:
        return _refused(line, str(error))
    if not isinstance(value, dict):
        return _refused(line, "is not a JSON object")
    return Record(line.number, value)


def _refused(line: TextLine, message: str) -> Refusal:
    return Refusal(line.number, (FieldError("line", message),))
