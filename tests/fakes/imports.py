from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.clock import from_milliseconds, to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.paging import Page, PageRequest, page_of
from postroom.users.imports.model import Counts, Format, Import, Refusal, SourceFile, Upload
from postroom.users.imports.ports import Replaced
from tests.fakes.audit import MemoryAuditLog
from tests.fakes.rows import Rows


class MemoryImports:
    def __init__(self) -> None:
        self._rows = Rows()
        self.log = MemoryAuditLog()
        self._made: dict[tuple[str, str], Import] = {}

    def add(self, wanted: Import, entries: Entries = ()) -> Import:
        key = (wanted.tenant_id, wanted.id)
        if self._rows.insert(key, _record(wanted)):
            self._made[key] = wanted
            self.log.write(entries)
        return self.get(*key) or wanted

    def get(self, tenant_id: str, import_id: str) -> Import | None:
        row = self._rows.get((tenant_id, import_id))
        return None if row is None else self._import((tenant_id, import_id), row)

    def change(
        self, tenant_id: str, import_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Import] | Refused[Import]:
        key = (tenant_id, import_id)
        outcome = self._rows.change(key, change)
        if isinstance(outcome, Applied):
            self.log.write(entries)
            return Applied(self._import(key, outcome.row))
        return Refused(None if outcome.row is None else self._import(key, outcome.row))

    def _import(self, key: tuple[str, str], row: Mapping[str, Any]) -> Import:
        return replace(
            self._made[key],
            status=row["status"],
            detail=row.get("detail"),
            line=row["line"],
            counts=Counts(row["created"], row["changed"], row["unchanged"], row["refused"]),
            etag=row.get("etag"),
            size=row["size"],
            holder=row.get("holder"),
            leased_until=_moment(row.get("leased_until_ms")),
            claims=row["claims"],
            faults=row["faults"],
            started_at=_moment(row.get("started_ms")),
            finished_at=_moment(row.get("finished_ms")),
        )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_milliseconds(milliseconds)


def _record(found: Import) -> dict[str, Any]:
    values = {
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
    return {name: value for name, value in values.items() if value is not None}


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
