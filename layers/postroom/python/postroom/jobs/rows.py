"""The rows of jobs, in the messages table: they end as messages do."""

from typing import Any

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.models import Model

from postroom.dynamo import CountMap


class JobRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()
    kind = UnicodeAttribute()
    title = UnicodeAttribute()
    status = UnicodeAttribute()
    detail = UnicodeAttribute(null=True)
    user_types: ListAttribute[Any] = ListAttribute(null=True)
    total = NumberAttribute(null=True)
    place = UnicodeAttribute(null=True)
    portions = NumberAttribute()
    accepted = NumberAttribute()
    skipped = CountMap()
    taken_back = NumberAttribute()
    holder = UnicodeAttribute(null=True)
    leased_until_ms = NumberAttribute(null=True)
    claims = NumberAttribute()
    faults = NumberAttribute()
    created_at = UTCDateTimeAttribute()
    started_ms = NumberAttribute(null=True)
    finished_ms = NumberAttribute(null=True)


class PortionRow(Model):
    """``blob``: who is in it and who was skipped, compressed."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()
    number = NumberAttribute()
    place = UnicodeAttribute(null=True)
    settled = BooleanAttribute()
    blob = BinaryAttribute(legacy_encoding=False)


class TalliesRow(Model):
    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute()
    revision = NumberAttribute()
    blob = BinaryAttribute(legacy_encoding=False)


ROWS = (JobRow, PortionRow, TalliesRow)
