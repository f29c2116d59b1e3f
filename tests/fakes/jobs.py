"""Jobs in memory: their rows, their portions and what they were asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.clock import from_milliseconds
from postroom.conditional import Applied, Refused
from postroom.jobs import codec
from postroom.jobs.model import Counts, Job, JobStatus, Portion, Tallies
from postroom.jobs.ports import Gone, Order
from postroom.paging import Page, PageRequest, page_of
from tests.fakes.audit import MemoryAuditLog
from tests.fakes.rows import Rows


class MemoryJobs:
    def __init__(self) -> None:
        self._rows = Rows()
        self.log = MemoryAuditLog()
        self._made: dict[tuple[str, str], Job] = {}

    def add(self, wanted: Job, entries: Entries = ()) -> Job:
        key = (wanted.tenant_id, wanted.id)
        if self._rows.insert(key, _record(wanted)):
            self._made[key] = wanted
            self.log.write(entries)
        return self.get(*key) or wanted

    def get(self, tenant_id: str, job_id: str) -> Job | None:
        row = self._rows.get((tenant_id, job_id))
        return None if row is None else self._job((tenant_id, job_id), row)

    def page(self, tenant_id: str, request: PageRequest) -> Page[Job]:
        found = [self._job((key[0], key[1]), row) for key, row in self._rows.all().items() if key[0] == tenant_id]
        found.sort(key=lambda job: job.id, reverse=request.newest_first)
        if request.after is not None:
            after = request.after
            found = [job for job in found if (job.id < after if request.newest_first else job.id > after)]
        return page_of(found, request.limit, lambda job: job.id)

    def change(self, tenant_id: str, job_id: str, change: Change, entries: Entries = ()) -> Applied[Job] | Refused[Job]:
        key = (tenant_id, job_id)
        outcome = self._rows.change(key, change)
        if isinstance(outcome, Applied):
            self.log.write(entries)
            return Applied(self._job(key, outcome.row))
        return Refused(None if outcome.row is None else self._job(key, outcome.row))

    def _job(self, key: tuple[str, str], row: Mapping[str, Any]) -> Job:
        return replace(
            self._made[key],
            status=JobStatus(row["status"]),
            detail=row.get("detail"),
            total=row.get("total"),
            place=row.get("place"),
            portions=row["portions"],
            counts=Counts(row["accepted"], row["skipped"]),
            taken_back=row["taken_back"],
            holder=row.get("holder"),
            leased_until=_moment(row.get("leased_until_ms")),
            claims=row["claims"],
            faults=row["faults"],
            started_at=_moment(row.get("started_ms")),
            finished_at=_moment(row.get("finished_ms")),
        )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else from_milliseconds(milliseconds)


def _record(wanted: Job) -> dict[str, Any]:
    values = {
        "status": wanted.status,
        "total": wanted.total,
        "place": wanted.place,
        "portions": wanted.portions,
        "accepted": wanted.counts.accepted,
        "skipped": dict(wanted.counts.skipped),
        "taken_back": wanted.taken_back,
        "claims": wanted.claims,
        "faults": wanted.faults,
    }
    return {name: value for name, value in values.items() if value is not None}


class MemoryPortions:
    def __init__(self) -> None:
        self._portions: dict[tuple[str, str, int], Portion] = {}
        self._tallies: dict[tuple[str, str], tuple[bytes, int]] = {}
        self._lock = Lock()

    def plan(self, tenant_id: str, job_id: str, portion: Portion, until: datetime) -> Portion | None:
        with self._lock:
            there = self._portions.get((tenant_id, job_id, portion.number))
            if there is None:
                self._portions[tenant_id, job_id, portion.number] = portion
            return there

    def settle(self, tenant_id: str, job_id: str, portion: Portion, until: datetime) -> Portion:
        with self._lock:
            key = tenant_id, job_id, portion.number
            if key in self._portions and not self._portions[key].settled:
                self._portions[key] = portion
            return self._portions.get(key, portion)

    def get_many(self, tenant_id: str, job_id: str, numbers: Iterable[int]) -> dict[int, Portion]:
        wanted = sorted(numbers)
        return {number: found for number in wanted if (found := self._portions.get((tenant_id, job_id, number)))}

    def tallies(self, tenant_id: str, job_id: str) -> Tallies:
        blob, revision = self._tallies.get((tenant_id, job_id), (None, 0))
        return Tallies(codec.decode_tallies(blob), revision) if blob else Tallies()

    def remember(self, tenant_id: str, job_id: str, tallies: Tallies, until: datetime) -> None:
        with self._lock:
            if self._tallies.get((tenant_id, job_id), (b"", 0))[1] == tallies.revision:
                blob = codec.encode_tallies(tallies.by_portion)
                self._tallies[tenant_id, job_id] = blob, tallies.revision + 1


class MemoryOrders:
    def __init__(self) -> None:
        self.orders: dict[tuple[str, str], Order] = {}
        self.ids: dict[tuple[str, str], list[str]] = {}

    def put(self, tenant_id: str, job_id: str, order: Order, user_ids: Sequence[str]) -> None:
        self.orders[tenant_id, job_id] = order
        if user_ids:
            self.ids[tenant_id, job_id] = list(user_ids)

    def get(self, tenant_id: str, job_id: str) -> Order:
        try:
            return self.orders[tenant_id, job_id]
        except KeyError as error:
            raise Gone from error

    def user_ids(self, tenant_id: str, job_id: str, start: int, limit: int) -> tuple[list[str], int | None]:
        try:
            ids = self.ids[tenant_id, job_id]
        except KeyError as error:
            raise Gone from error
        behind = start + limit
        return ids[start:behind], behind if behind < len(ids) else None
