"""All of a document for people, also what this command line knows nothing of."""

import re
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from postroom_cli.document import Document
from postroom_cli.tables import Cell, Rows, pairs_table, status
from postroom_cli.visible import local_time, shown

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_STATUSES = {"status", "account_status"}


def whole(document: Document) -> RenderableType:
    """Its properties line by line, ``waiting.count`` for what is inside another, then its lists as tables."""
    flat = list(_flat("", document.values))
    pairs = [(name, cell(name, value)) for name, value in flat if not _is_list_of_objects(value)]
    tables = [_titled(name, value) for name, value in flat if isinstance(value, list) and _is_list_of_objects(value)]
    return Group(pairs_table(pairs), *tables)


def cell(name: str, value: object) -> Cell:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(str(one) for one in value)
        case str() if name.rpartition(".")[2] in _STATUSES:
            return status(value)
        case str() if _MOMENT.fullmatch(value):
            return local_time(Document({"it": value}).moment("it")) or value
        case _:
            return str(value)


def _flat(prefix: str, values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _titled(name: str, values: Sequence[object]) -> RenderableType:
    rows = [dict(_flat("", one)) for one in values if isinstance(one, dict)]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = Rows(columns, [[cell(column, row.get(column)) for column in columns] for row in rows])
    return Group(Text(""), shown(name, "bold"), table)
