"""What counts requests, in the directory table: beside the limit that a tenant was given, and in one write with it."""

from typing import Any

from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.dynamo import apply, get, insert, plain
from postroom.tenancy.keys import rate_key
from postroom.tenancy.rates.model import Count, RequestCounts
from postroom.tenancy.rates.window import record_of


class RequestCountsRow(Model):
    """``counts`` by subject: ``sum``, and numbers by the place of their slot."""

    class Meta:
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    slot = NumberAttribute()
    counts: MapAttribute[str, Any] = MapAttribute()
    per_minute = NumberAttribute(null=True)


ROWS = (RequestCountsRow,)


class DynamoRequestCounts:
    def get(self, tenant_id: str) -> RequestCounts | None:
        row = get(RequestCountsRow, rate_key(tenant_id))
        return _counted(row) if row else None

    def add(self, tenant_id: str, counted: RequestCounts) -> bool:
        return insert(
            RequestCountsRow(
                *rate_key(tenant_id),
                slot=counted.slot,
                counts={subject: record_of(count) for subject, count in counted.counts.items()},
                per_minute=counted.per_minute,
            )
        )

    def apply(
        self, tenant_id: str, change: Change, entries: Entries = ()
    ) -> Applied[RequestCounts] | Refused[RequestCounts]:
        outcome = apply(RequestCountsRow, rate_key(tenant_id), change, rows_of(entries))
        if isinstance(outcome, Applied):
            return Applied(_counted(outcome.row))
        return Refused(_counted(outcome.row) if outcome.row else None)


def _counted(row: RequestCountsRow) -> RequestCounts:
    record = plain(row)
    return RequestCounts(
        slot=int(record["slot"]),
        counts={subject: count_of(count) for subject, count in record["counts"].items()},
        per_minute=None if record.get("per_minute") is None else int(record["per_minute"]),
    )


def count_of(record: dict[str, Any]) -> Count:
    slots = {int(place): int(used) for place, used in record.items() if place != "sum"}
    return Count(int(record["sum"]), slots)
