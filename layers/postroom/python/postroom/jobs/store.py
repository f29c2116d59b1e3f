"""Jobs in DynamoDB."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pynamodb.exceptions import PutError

from postroom.audit.entry_rows import rows_of
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.clock import moment_at
from postroom.conditional import Applied, Refused
from postroom.dynamo import apply, as_seen, get, insert, refused, translated
from postroom.dynamo import page as page_from
from postroom.errors import Unavailable
from postroom.jobs import codec
from postroom.jobs.model import Counts, Job, JobStatus, Portion, Tallies
from postroom.jobs.rows import JobRow, PortionRow, TalliesRow
from postroom.messages import keys
from postroom.paging import Page, PageRequest


class DynamoJobs:
    def add(self, wanted: Job, entries: Entries = ()) -> Job:
        if insert(_row(wanted), rows_of(entries)):
            return wanted
        return self.get(wanted.tenant_id, wanted.id) or wanted

    def get(self, tenant_id: str, job_id: str) -> Job | None:
        row = get(JobRow, keys.job_key(tenant_id, job_id))
        return _job(tenant_id, row) if row else None

    def page(self, tenant_id: str, request: PageRequest) -> Page[Job]:
        return page_from(
            JobRow, request, lambda job_id: keys.job_key(tenant_id, job_id), lambda row: _job(tenant_id, row)
        )

    def change(self, tenant_id: str, job_id: str, change: Change, entries: Entries = ()) -> Applied[Job] | Refused[Job]:
        outcome = apply(JobRow, keys.job_key(tenant_id, job_id), change, rows_of(entries))
        if isinstance(outcome, Applied):
            return Applied(_job(tenant_id, outcome.row))
        return Refused(_job(tenant_id, outcome.row) if outcome.row else None)


class DynamoPortions:
    def plan(self, tenant_id: str, job_id: str, portion: Portion, until: datetime) -> Portion | None:
        if insert(_portion_row(tenant_id, job_id, portion, until)):
            return None
        return self.get_many(tenant_id, job_id, [portion.number]).get(portion.number)

    def settle(self, tenant_id: str, job_id: str, portion: Portion, until: datetime) -> Portion:
        try:
            _portion_row(tenant_id, job_id, portion, until).save(PortionRow.settled == False)  # noqa: E712 - a condition
        except PutError as error:
            if not refused(error):
                raise Unavailable from error
            return self.get_many(tenant_id, job_id, [portion.number]).get(portion.number, portion)
        return portion

    def get_many(self, tenant_id: str, job_id: str, numbers: Iterable[int]) -> dict[int, Portion]:
        wanted = [keys.portion_key(tenant_id, job_id, number) for number in numbers]
        with translated():
            found = [_portion(row) for row in PortionRow.batch_get(wanted, consistent_read=True)]
        return {portion.number: portion for portion in sorted(found, key=lambda portion: portion.number)}

    def tallies(self, tenant_id: str, job_id: str) -> Tallies:
        row = get(TalliesRow, keys.tallies_key(tenant_id, job_id))
        return Tallies(codec.decode_tallies(row.blob), int(row.revision)) if row else Tallies()

    def remember(self, tenant_id: str, job_id: str, tallies: Tallies, until: datetime) -> None:
        row = TalliesRow(
            *keys.tallies_key(tenant_id, job_id),
            ttl=int(until.timestamp()),
            revision=tallies.revision + 1,
            blob=codec.encode_tallies(tallies.by_portion),
        )
        try:
            row.save(as_seen(TalliesRow, tallies))
        except PutError as error:
            if not refused(error):
                raise Unavailable from error


def _portion_row(tenant_id: str, job_id: str, portion: Portion, until: datetime) -> PortionRow:
    return PortionRow(
        *keys.portion_key(tenant_id, job_id, portion.number),
        ttl=int(until.timestamp()),
        number=portion.number,
        place=portion.place,
        settled=portion.settled,
        blob=codec.encode_members(portion),
    )


def _portion(row: PortionRow) -> Portion:
    user_ids, skipped = codec.decode_members(row.blob)
    return Portion(int(row.number), user_ids, row.place, skipped, row.settled)


def _row(wanted: Job) -> JobRow:
    """Of a job that nobody has begun with."""
    return JobRow(
        *keys.job_key(wanted.tenant_id, wanted.id),
        ttl=int(wanted.kept_until.timestamp()),
        kind=wanted.kind,
        title=wanted.title,
        status=wanted.status.value,
        user_types=list(wanted.user_types) or None,
        total=wanted.total,
        place=wanted.place,
        portions=0,
        accepted=0,
        skipped={},
        taken_back=0,
        claims=0,
        faults=0,
        created_at=wanted.created_at,
    )


def _job(tenant_id: str, row: JobRow) -> Job:
    return Job(
        tenant_id=tenant_id,
        id=row.sk.partition("#")[2],
        kind=row.kind,
        title=row.title,
        status=JobStatus(row.status),
        created_at=row.created_at,
        kept_until=datetime.fromtimestamp(row.ttl, UTC),
        user_types=tuple(row.user_types or ()),
        total=int(row.total) if row.total is not None else None,
        detail=row.detail,
        place=row.place,
        portions=int(row.portions),
        counts=Counts(int(row.accepted), row.skipped),
        taken_back=int(row.taken_back),
        holder=row.holder,
        leased_until=moment_at(row.leased_until_ms),
        claims=int(row.claims),
        faults=int(row.faults),
        started_at=moment_at(row.started_ms),
        finished_at=moment_at(row.finished_ms),
    )
