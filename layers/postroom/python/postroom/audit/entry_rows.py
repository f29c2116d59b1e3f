"""The rows of an entry, which a store writes in the transaction of the change that it tells of.

The one module of the audit log's outside that other features use: a transaction is one request, of rows of all tables.
An entry is one row; three small ones find it by its target, its action and its key.
"""

from collections.abc import Iterator
from dataclasses import asdict

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from postroom.audit.model import Action, Actor, Deed, Entries, Entry
from postroom.clock import from_milliseconds, to_milliseconds
from postroom.dynamo import transaction, translated
from postroom.tenancy import keys


class EntryRow(Model):
    """JSON as text: a row says the same in a backup, an export and a stream."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    at_ms = NumberAttribute()
    action = UnicodeAttribute()
    target = UnicodeAttribute()
    before: JSONAttribute = JSONAttribute(attr_name="before")
    after: JSONAttribute = JSONAttribute(attr_name="after")
    actor: JSONAttribute = JSONAttribute(attr_name="actor")
    ttl = NumberAttribute()


class PointerRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()


ROWS = (EntryRow, PointerRow)


def rows_of(entries: Entries) -> tuple[Model, ...]:
    """Put without a condition: a request that is run again writes the same row over its own."""
    return tuple(row for entry in entries for row in _rows(entry))


def write_alone(entries: Entries) -> None:
    """Of what changes no row, before it is done. Raises Unavailable, and then it must not be."""
    if entries:
        with translated(), transaction(EntryRow, rows_of(entries)):
            pass


def entry_of(tenant_id: str, row: EntryRow) -> Entry:
    return Entry(
        tenant_id=tenant_id,
        id=row.sk,
        at=from_milliseconds(row.at_ms),
        ends=from_milliseconds(row.ttl * 1000),
        actor=Actor(**row.actor),
        deed=Deed(Action(row.action), row.target, row.before, row.after),
    )


def _rows(entry: Entry) -> Iterator[Model]:
    tenant_id, deed, ttl = entry.tenant_id, entry.deed, int(entry.ends.timestamp())
    yield EntryRow(
        *keys.audit_key(tenant_id, entry.id),
        at_ms=to_milliseconds(entry.at),
        action=deed.action.value,
        target=deed.target,
        before=dict(deed.before),
        after=dict(deed.after),
        actor={name: value for name, value in asdict(entry.actor).items() if value is not None},
        ttl=ttl,
    )
    yield PointerRow(*keys.audit_target_key(tenant_id, deed.target, entry.id), ttl=ttl)
    yield PointerRow(*keys.audit_action_key(tenant_id, deed.action, entry.id), ttl=ttl)
    if entry.actor.key_id:
        yield PointerRow(*keys.audit_actor_key(tenant_id, entry.actor.key_id, entry.id), ttl=ttl)
