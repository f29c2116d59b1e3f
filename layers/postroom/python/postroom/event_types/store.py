"""Event types in the directory table."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.models import Model

from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.dynamo import as_seen, delete, get, save, translated
from postroom.event_types.model import EventType, Nature
from postroom.priorities import Priority
from postroom.tenancy import keys


class EventTypeRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    nature = UnicodeAttribute()
    template = UnicodeAttribute()
    priority = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    revision = NumberAttribute()
    updated_at = UTCDateTimeAttribute()


ROWS = (EventTypeRow,)


class DynamoEventTypes:
    def get(self, tenant_id: str, name: str) -> EventType | None:
        row = get(EventTypeRow, keys.event_type_key(tenant_id, name))
        return _event_type(row) if row else None

    def all_of(self, tenant_id: str) -> dict[str, EventType]:
        partition, prefix = keys.event_type_key(tenant_id, "")
        with translated():
            rows = EventTypeRow.query(partition, EventTypeRow.sk.startswith(prefix), consistent_read=True)
            return {row.name: _event_type(row) for row in rows}

    def put(self, tenant_id: str, wanted: EventType, seen: EventType | None, entries: Entries = ()) -> bool:
        if save(_row(tenant_id, wanted), as_seen(EventTypeRow, seen, "updated_at"), rows_of(entries)):
            return True
        return self.get(tenant_id, wanted.name) == wanted  # perhaps our own write, whose answer was lost

    def delete(self, tenant_id: str, seen: EventType, entries: Entries = ()) -> bool:
        row = EventTypeRow(*keys.event_type_key(tenant_id, seen.name))
        if delete(row, as_seen(EventTypeRow, seen, "updated_at"), rows_of(entries)):
            return True
        return self.get(tenant_id, seen.name) is None


def _row(tenant_id: str, wanted: EventType) -> EventTypeRow:
    return EventTypeRow(
        *keys.event_type_key(tenant_id, wanted.name),
        name=wanted.name,
        nature=wanted.nature.value,
        template=wanted.template,
        priority=wanted.priority.value,
        description=wanted.description or None,
        revision=wanted.revision,
        updated_at=wanted.updated_at,
    )


def _event_type(row: EventTypeRow) -> EventType:
    return EventType(
        name=row.name,
        nature=Nature(row.nature),
        template=row.template,
        priority=Priority(row.priority),
        description=row.description or "",
        revision=int(row.revision),
        updated_at=row.updated_at,
    )
