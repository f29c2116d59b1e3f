"""Events in DynamoDB."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain

from postroom.change import Change
from postroom.clock import from_milliseconds, moment_at, to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.dynamo import apply, get, insert, save, translated
from postroom.dynamo import page as page_from
from postroom.events import codec
from postroom.events.model import PREFIX, WORKED_ON, Event, EventStatus
from postroom.events.rows import EventRow, OnceRow
from postroom.ids import moment_of
from postroom.leases.life import LOOKED_FOR_AFTER
from postroom.notices import keys
from postroom.paging import Page, PageRequest
from postroom.priorities import Priority

_PARALLEL = 32


class DynamoEvents:
    def known(self, tenant_id: str, wanted: Mapping[str, Event]) -> dict[str, str]:
        with ThreadPoolExecutor(_PARALLEL) as threads:
            found = threads.map(lambda one: _known(tenant_id, *one), wanted.items())
            return dict(zip(wanted, found, strict=True))

    def add(self, wanted: Event) -> Event:
        if insert(_row(wanted)):
            return wanted
        return self.get(wanted.tenant_id, wanted.id) or wanted

    def get(self, tenant_id: str, event_id: str) -> Event | None:
        row = get(EventRow, keys.event_key(tenant_id, event_id))
        return _event(tenant_id, row) if row else None

    def get_many(self, tenant_id: str, event_ids: Sequence[str]) -> dict[str, Event]:
        wanted = [keys.event_key(tenant_id, event_id) for event_id in dict.fromkeys(event_ids)]
        with translated():
            found = [_event(tenant_id, row) for row in EventRow.batch_get(wanted, consistent_read=True)]
        return {event.id: event for event in found}

    def page(self, tenant_id: str, request: PageRequest) -> Page[Event]:
        return page_from(
            EventRow,
            request,
            lambda event_id: keys.event_key(tenant_id, event_id or f"{PREFIX}_"),
            lambda row: _event(tenant_id, row),
        )

    def change(self, tenant_id: str, event_id: str, change: Change) -> Applied[Event] | Refused[Event]:
        outcome = apply(EventRow, keys.event_key(tenant_id, event_id), change)
        if isinstance(outcome, Applied):
            return Applied(_event(tenant_id, outcome.row))
        return Refused(_event(tenant_id, outcome.row) if outcome.row else None)

    def due(self, until_ms: int, limit: int) -> list[tuple[str, str]]:
        with translated():
            found = [EventRow.due.query(shard, EventRow.due_at <= until_ms, limit=limit) for shard in _SHARDS]
            return [(keys.tenant_of(row.pk), row.sk) for row in chain.from_iterable(found)]


_SHARDS = keys.event_shards()


def _known(tenant_id: str, dedupe_key: str, wanted: Event) -> str:
    """A row that has outlived its time is as good as gone, whenever it is taken away."""
    key = keys.dedupe_key(tenant_id, dedupe_key)
    row = OnceRow(*key, ttl=int(wanted.kept_until.timestamp()), event_id=wanted.id)
    is_over = OnceRow.ttl < int(wanted.created_at.timestamp())
    if save(row, OnceRow.pk.does_not_exist() | is_over):
        return wanted.id
    there = get(OnceRow, key)
    return there.event_id if there else _known(tenant_id, dedupe_key, wanted)


def _row(wanted: Event) -> EventRow:
    """Of an event that nobody has begun with."""
    waits = wanted.status in WORKED_ON
    return EventRow(
        *keys.event_key(wanted.tenant_id, wanted.id),
        ttl=int(wanted.kept_until.timestamp()),
        due_shard=keys.event_shard(wanted.id) if waits else None,
        due_at=to_milliseconds(wanted.created_at + LOOKED_FOR_AFTER) if waits else None,
        event_type=wanted.event_type,
        status=wanted.status.value,
        priority=wanted.priority.value,
        occurred_ms=to_milliseconds(wanted.occurred_at),
        critical=wanted.critical,
        dedupe_key=wanted.dedupe_key,
        facts=codec.encode(wanted),
        goes_on=wanted.place,
        told={},
        claims=0,
        faults=0,
    )


def _event(tenant_id: str, row: EventRow) -> Event:
    facts = codec.decode(row.facts)
    return Event(
        tenant_id=tenant_id,
        id=row.sk,
        event_type=row.event_type,
        status=EventStatus(row.status),
        priority=Priority(row.priority),
        created_at=moment_of(row.sk),
        occurred_at=from_milliseconds(row.occurred_ms),
        kept_until=datetime.fromtimestamp(row.ttl, UTC),
        critical=row.critical,
        dedupe_key=row.dedupe_key,
        job=facts.job,
        compliance_result=facts.compliance_result,
        data=facts.data,
        detail=row.detail,
        place=row.goes_on,
        told=row.told,
        holder=row.holder,
        leased_until=moment_at(row.leased_until_ms),
        claims=int(row.claims),
        faults=int(row.faults),
        started_at=moment_at(row.started_ms),
        finished_at=moment_at(row.finished_ms),
    )
