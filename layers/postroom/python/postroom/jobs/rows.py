"""The rows of jobs, in the messages table: they end as messages do."""

from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import (
    Attribute,
    BinaryAttribute,
    BooleanAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.constants import MAP, NUMBER
from pynamodb.models import Model


class CountMap(Attribute[Mapping[str, int]]):
    """Numbers by names of any kind. ``MapAttribute`` takes names for arguments."""

    attr_type = MAP

    def serialize(self, value: Mapping[str, int]) -> dict[str, dict[str, str]]:
        return {name: {NUMBER: str(count)} for name, count in value.items()}

    def deserialize(self, value: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
        return {name: int(number) for name, typed in value.items() for number in typed.values()}


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
