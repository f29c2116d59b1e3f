"""A file as a whole: what is wrong with it, and who stands in it twice."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

from postroom.errors import FieldError
from postroom.users.imports.model import MOST_USERS, Format, Import, Line, Record, Refusal, SourceFile
from postroom.users.imports.ports import Check, Files, Read
from postroom.users.model import comparable


class ReadFile:
    def __init__(self, files: Files, readers: Mapping[Format, Read], check: Check) -> None:
        self._files = files
        self._readers = readers
        self._check = check

    def __call__(self, run: Import) -> Iterator[Line | Refusal]:
        """What is not counted yet, and a fatal refusal in any case. Raises Replaced and Unavailable."""
        blocks = self._files.blocks(run.tenant_id, run.id, SourceFile(run.etag or "", run.size))
        for record in read_whole(self._readers[run.format](blocks)):
            if isinstance(record, Refusal):
                if record.line > run.line or record.fatal:
                    yield record
            elif record.line > run.line:
                yield self._check(record)


def read_whole(records: Iterable[Record | Refusal]) -> Iterator[Record | Refusal]:
    """Of those with the same id or address the first alone goes on, whatever becomes of it.

    The same for every reader of the same file: who goes on with another's work finds what that one found.
    """
    ids, addresses = _Seen("id"), _Seen("email")
    count = 0
    for count, record in enumerate(records, start=1):
        if count > MOST_USERS:
            yield _fatal(record.line, f"The file has more than {MOST_USERS} users; this one and the rest were not read")
            return
        if isinstance(record, Refusal):
            yield record
        else:
            twice = ids.refused(record) or addresses.refused(record)
            yield twice or record
    if not count:
        yield _fatal(1, "The file has no users")


class _Seen:
    """The lines of the values of one field. Values are remembered by their hashes: there may be many."""

    def __init__(self, field: str) -> None:
        self._field = field
        self._lines: dict[int, int] = {}

    def refused(self, record: Record) -> Refusal | None:
        value = record.given.get(self._field)
        if not isinstance(value, str):
            return None
        first = self._lines.setdefault(self._hash(value), record.line)
        if first == record.line:
            return None
        return Refusal(record.line, (FieldError(self._field, f"is that of line {first} too"),), user_id_of(record))

    def _hash(self, value: str) -> int:
        text = comparable(value) if self._field == "email" else value
        return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest())


def user_id_of(record: Record) -> str | None:
    """As it is given, to be shown beside an error."""
    given = record.given.get("id")
    return given[:64].encode(errors="replace").decode() if isinstance(given, str) else None


def _fatal(line: int, message: str) -> Refusal:
    return Refusal(line, (FieldError("file", message),), fatal=True)
