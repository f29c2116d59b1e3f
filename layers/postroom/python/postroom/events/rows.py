"""The rows of events, in the notifications table: they end as messages do."""

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from postroom.dynamo import CountMap


class DueIndex(GlobalSecondaryIndex["EventRow"]):
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class EventRow(Model):
    """``facts``: what it says, compressed. ``due_at``: when somebody looks whether it was forgotten.

    ``goes_on`` is its place: lists of notices have a key of that name, which may not be empty.
    """

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()
    due_shard = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    due = DueIndex()

    event_type = UnicodeAttribute()
    status = UnicodeAttribute()
    priority = UnicodeAttribute()
    occurred_ms = NumberAttribute()
    critical = BooleanAttribute()
    dedupe_key = UnicodeAttribute(null=True)
    facts = BinaryAttribute(null=True, legacy_encoding=False)
    detail = UnicodeAttribute(null=True)
    goes_on = UnicodeAttribute(null=True)
    told = CountMap()
    holder = UnicodeAttribute(null=True)
    leased_until_ms = NumberAttribute(null=True)
    claims = NumberAttribute()
    faults = NumberAttribute()
    started_ms = NumberAttribute(null=True)
    finished_ms = NumberAttribute(null=True)


class OnceRow(Model):
    """Which event has a dedupe key."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()
    event_id = UnicodeAttribute()


ROWS = (EventRow, OnceRow)
