"""Since when a user's links count, in the directory table. TTL takes a row once all that it ended is too old."""

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.models import Model

from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.clock import from_milliseconds, to_milliseconds
from postroom.dynamo import get, raise_unless_refused, transaction
from postroom.pages.model import LIFETIME
from postroom.tenancy import keys


class RevocationRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    revoked_ms = NumberAttribute()
    ttl = NumberAttribute()


class WhoseRow(Model):
    """The user's own row, to ask whether it is there."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


ROWS = (RevocationRow, WhoseRow)


class DynamoRevocations:
    def revoked_at(self, tenant_id: str, user_id: str) -> datetime | None:
        row = get(RevocationRow, keys.revoked_links_key(tenant_id, user_id))
        return from_milliseconds(row.revoked_ms) if row else None

    def revoke(self, tenant_id: str, user_id: str, at: datetime, entries: Entries = ()) -> bool:
        key, ttl = keys.revoked_links_key(tenant_id, user_id), int((at + LIFETIME).timestamp())
        row = RevocationRow(*key, revoked_ms=to_milliseconds(at), ttl=ttl)
        try:
            with transaction(RevocationRow, rows_of(entries)) as write:
                write.condition_check(WhoseRow, *keys.user_key(tenant_id, user_id), condition=WhoseRow.pk.exists())
                write.save(row, RevocationRow.pk.does_not_exist() | (RevocationRow.revoked_ms < row.revoked_ms))
        except TransactWriteError as error:
            raise_unless_refused(error)
            there = self.revoked_at(tenant_id, user_id)
            return there is not None and there >= at
        return True
