"""Jobs in memory: their rows, their portions and what they were asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock

from postroom.jobs import codec
from postroom.jobs.model import Counts, Job, JobStatus, Portion, Tallies
from postroom.jobs.ports import Gone, Order
from postroom.paging import Page, PageRequest, page_of
from tests.fakes.leases import MemoryLeased, Row, leased


class MemoryJobs(MemoryLeased[Job]):
    def __init__(self) -> None:
        super().__init__(_record, _job)

    def page(self, tenant_id: str, request: PageRequest) -> Page[Job]:
        found = sorted(self.all_of(tenant_id), key=lambda job: job.id, reverse=request.newest_first)
        if request.after is not None:
            after = request.after
            found = [job for job in found if (job.id < after if request.newest_first else job.id > after)]
        return page_of(found, request.limit, lambda job: job.id)


def _job(made: Job, row: Row) -> Job:
    return replace(
        made,
        status=JobStatus(row["status"]),
        total=row.get("total"),
        place=row.get("place"),
        portions=row["portions"],
        counts=Counts(row["accepted"], row["skipped"]),
        taken_back=row["taken_back"],
        **leased(row),
    )


def _record(wanted: Job) -> Row:
    return {
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
