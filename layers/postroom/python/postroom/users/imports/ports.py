"""What imports need from the outside."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.paging import Page, PageRequest
from postroom.users.imports.model import Format, Import, Line, Record, Refusal, SourceFile, Upload


class Replaced(Exception):
    """The file is not the one that was started."""


Read = Callable[[Iterable[bytes]], Iterator[Record | Refusal]]
"""The records of a file, from its blocks, in order."""

Check = Callable[[Record], Line | Refusal]


class ImportStore(Protocol):
    """Everything is read as it is now. A change can be repeated when its answer was lost.

    ``entries`` are written with it or not at all.
    """

    def add(self, wanted: Import, entries: Entries = ()) -> Import:
        """Stores it, or gives back the one that already has this id."""

    def get(self, tenant_id: str, import_id: str) -> Import | None: ...

    def change(
        self, tenant_id: str, import_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Import] | Refused[Import]: ...


class Files(Protocol):
    """What is uploaded, and what is told of it."""

    def upload(self, tenant_id: str, import_id: str, file_format: Format, now: datetime) -> Upload: ...

    def source(self, tenant_id: str, import_id: str) -> SourceFile | None:
        """None: nothing was uploaded."""

    def blocks(self, tenant_id: str, import_id: str, source: SourceFile) -> Iterator[bytes]:
        """Raises Replaced."""

    def keep_refusals(self, tenant_id: str, import_id: str, first_line: int, refusals: Sequence[Refusal]) -> None:
        """Of the lines from ``first_line`` on, in the place of what was kept of these before."""

    def refusals(self, tenant_id: str, import_id: str, until_line: int, request: PageRequest) -> Page[Refusal]:
        """In the order of the file; positions are line numbers. A page may be short, with a place to go on."""
