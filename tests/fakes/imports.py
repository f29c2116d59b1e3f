from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from postroom.clock import to_milliseconds
from postroom.paging import Page, PageRequest, page_of
from postroom.users.imports.model import Counts, Format, Import, Refusal, SourceFile, Upload
from postroom.users.imports.ports import Replaced
from tests.fakes.leases import MemoryLeased, Row, leased


class MemoryImports(MemoryLeased[Import]):
    def __init__(self) -> None:
        super().__init__(_record, _import)


def _import(made: Import, row: Row) -> Import:
    return replace(
        made,
        status=row["status"],
        line=row["line"],
        counts=Counts(row["created"], row["changed"], row["unchanged"], row["refused"]),
        etag=row.get("etag"),
        size=row["size"],
        **leased(row),
    )


def _record(found: Import) -> Row:
    return {
        "status": found.status,
        "detail": found.detail,
        "line": found.line,
        "created": found.counts.created,
        "changed": found.counts.changed,
        "unchanged": found.counts.unchanged,
        "refused": found.counts.refused,
        "etag": found.etag,
        "size": found.size,
        "holder": found.holder,
        "leased_until_ms": to_milliseconds(found.leased_until) if found.leased_until else None,
        "claims": found.claims,
        "faults": found.faults,
    }


class MemoryFiles:
    """``block``: so many bytes of a file come at once."""

    def __init__(self, block: int = 1000) -> None:
        self._block = block
        self._sources: dict[tuple[str, str], bytes] = {}
        self._parts: dict[tuple[str, str], dict[int, tuple[Refusal, ...]]] = {}

    def put(self, tenant_id: str, import_id: str, content: bytes) -> None:
        self._sources[tenant_id, import_id] = content

    def upload(self, tenant_id: str, import_id: str, file_format: Format, now: datetime) -> Upload:
        return Upload(f"memory:{tenant_id}/{import_id}", file_format, now + timedelta(hours=1))

    def source(self, tenant_id: str, import_id: str) -> SourceFile | None:
        content = self._sources.get((tenant_id, import_id))
        return None if content is None else _source(content)

    def blocks(self, tenant_id: str, import_id: str, source: SourceFile) -> Iterator[bytes]:
        for start in range(0, source.size, self._block):
            content = self._sources[tenant_id, import_id]
            if _source(content) != source:
                raise Replaced
            yield content[start : start + self._block]

    def keep_refusals(self, tenant_id: str, import_id: str, first_line: int, refusals: Sequence[Refusal]) -> None:
        parts = self._parts.setdefault((tenant_id, import_id), {})
        parts[first_line] = tuple(replace(refusal, fatal=False) for refusal in refusals)

    def refusals(self, tenant_id: str, import_id: str, until_line: int, request: PageRequest) -> Page[Refusal]:
        parts = self._parts.get((tenant_id, import_id), {})
        after = int(request.after or 0)
        kept = [refusal for first in sorted(parts) if first <= until_line for refusal in parts[first]]
        found = [refusal for refusal in kept if refusal.line > after]
        return page_of(found, request.limit, lambda refusal: str(refusal.line))


def _source(content: bytes) -> SourceFile:
    return SourceFile(str(hash(content)), len(content))
