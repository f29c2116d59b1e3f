"""Imports in the directory table."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.models import Model

from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.clock import moment_at
from postroom.conditional import Applied, Refused
from postroom.dynamo import apply, get, insert
from postroom.tenancy import keys
from postroom.users.imports.model import KEPT, Counts, Format, Import, ImportStatus


class ImportRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()
    id = UnicodeAttribute()
    format = UnicodeAttribute()
    status = UnicodeAttribute()
    detail = UnicodeAttribute(null=True)
    line = NumberAttribute()
    created = NumberAttribute()
    changed = NumberAttribute()
    unchanged = NumberAttribute()
    refused = NumberAttribute()
    etag = UnicodeAttribute(null=True)
    size = NumberAttribute()
    holder = UnicodeAttribute(null=True)
    leased_until_ms = NumberAttribute(null=True)
    claims = NumberAttribute()
    faults = NumberAttribute()
    created_at = UTCDateTimeAttribute()
    started_ms = NumberAttribute(null=True)
    finished_ms = NumberAttribute(null=True)


ROWS = (ImportRow,)


class DynamoImports:
    def add(self, wanted: Import, entries: Entries = ()) -> Import:
        if insert(_row(wanted), rows_of(entries)):
            return wanted
        return self.get(wanted.tenant_id, wanted.id) or wanted

    def get(self, tenant_id: str, import_id: str) -> Import | None:
        row = get(ImportRow, keys.user_import_key(tenant_id, import_id))
        return _import(tenant_id, row) if row else None

    def change(
        self, tenant_id: str, import_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Import] | Refused[Import]:
        outcome = apply(ImportRow, keys.user_import_key(tenant_id, import_id), change, rows_of(entries))
        if isinstance(outcome, Applied):
            return Applied(_import(tenant_id, outcome.row))
        return Refused(_import(tenant_id, outcome.row) if outcome.row else None)


def _row(wanted: Import) -> ImportRow:
    """Of an import that nobody has started."""
    return ImportRow(
        *keys.user_import_key(wanted.tenant_id, wanted.id),
        ttl=int((wanted.created_at + KEPT).timestamp()),
        id=wanted.id,
        format=wanted.format.value,
        status=wanted.status.value,
        line=0,
        created=0,
        changed=0,
        unchanged=0,
        refused=0,
        size=0,
        claims=0,
        faults=0,
        created_at=wanted.created_at,
    )


def _import(tenant_id: str, row: ImportRow) -> Import:
    return Import(
        tenant_id=tenant_id,
        id=row.id,
        format=Format(row.format),
        status=ImportStatus(row.status),
        created_at=row.created_at,
        detail=row.detail,
        line=int(row.line),
        counts=Counts(int(row.created), int(row.changed), int(row.unchanged), int(row.refused)),
        etag=row.etag,
        size=int(row.size),
        holder=row.holder,
        leased_until=moment_at(row.leased_until_ms),
        claims=int(row.claims),
        faults=int(row.faults),
        started_at=moment_at(row.started_ms),
        finished_at=moment_at(row.finished_ms),
    )
