"""How far a job is: counted from its messages, exactly, and never read twice for an end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postroom.change import Change, Set
from postroom.errors import NotFound
from postroom.jobs import progress
from postroom.jobs.manage import FindJobs
from postroom.jobs.model import Job, Outcome, Tallies
from postroom.jobs.progress import FRESH, ShowProgress
from postroom.messages.model import Status
from postroom.paging import PageRequest
from tests.fakes.job_office import FOREVER, PORTION, TENANT, Office
from tests.fakes.time import NOON


@pytest.fixture
def office() -> Office:
    office = Office()
    office.add(*range(11))
    return office


def a_done_job(office: Office) -> str:
    job_id = office.started(*(f"u{number:03}" for number in range(11)))
    office.work_on()
    return job_id


def become(office: Office, status: Status, *numbers: int) -> None:
    job = office.jobs.page(TENANT, PageRequest()).items[0]
    for number in numbers:
        message_id = job.message_id(f"u{number:03}")
        office.messages.change(TENANT, message_id, Change((Set(("status",), status),)))


def counts(office: Office, job_id: str) -> dict[str, int]:
    outcomes = office.progress(TENANT, job_id).outcomes
    return {outcome.value: count for outcome, count in outcomes.items() if count}


class Reads:
    """Counts the messages whose status is read."""

    def __init__(self, office: Office) -> None:
        self.count = 0
        self._keep = office.messages.statuses
        office.messages.statuses = self  # type: ignore[method-assign]

    def __call__(self, tenant_id: str, message_ids: Sequence[str]) -> dict[str, Status]:
        self.count += len(message_ids)
        return self._keep(tenant_id, message_ids)


def test_what_was_accepted_is_told_by_what_became_of_it_and_adds_up(office: Office) -> None:
    job_id = a_done_job(office)
    assert counts(office, job_id) == {"queued": 11}
    become(office, Status.SENT, 0, 1, 2)
    become(office, Status.FAILED, 3)
    become(office, Status.UNCERTAIN, 4)
    become(office, Status.DEFERRED, 5)
    become(office, Status.BOUNCED, 6)
    become(office, Status.CANCELLED, 7)

    office.clock.advance(FRESH + timedelta(seconds=1))

    assert counts(office, job_id) == {"queued": 4, "sent": 4, "failed": 1, "uncertain": 1, "cancelled": 1}


def test_a_count_of_a_moment_ago_is_given_again(office: Office) -> None:
    job_id = a_done_job(office)
    first = office.progress(TENANT, job_id)
    become(office, Status.SENT, 0)
    reads = Reads(office)
    office.clock.advance(timedelta(seconds=1))

    assert office.progress(TENANT, job_id) == replace(first)
    assert (reads.count, first.counted_at) == (0, NOON)


def test_what_has_ended_is_not_read_again(office: Office) -> None:
    job_id = a_done_job(office)
    become(office, Status.SENT, *range(PORTION))
    counts(office, job_id)
    office.clock.advance(FRESH * 2)
    reads = Reads(office)

    assert counts(office, job_id) == {"sent": PORTION, "queued": 11 - PORTION}
    assert reads.count == 11 - PORTION
    become(office, Status.SENT, *range(11))
    office.clock.advance(FRESH * 2)
    assert counts(office, job_id) == {"sent": 11}
    office.clock.advance(FRESH * 2)
    reads.count = 0
    assert office.progress(TENANT, job_id).counted_at == office.clock()
    assert reads.count == 0


def test_one_request_reads_so_many_and_tells_how_old_the_others_are(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "MOST_AT_ONCE", 1)
    job_id = a_done_job(office)
    become(office, Status.SENT, *range(1, 11))
    reads, seen = Reads(office), list[tuple[dict[str, int], float]]()

    for _ in range(4):
        office.clock.advance(FRESH * 2)
        shown = office.progress(TENANT, job_id)
        age = (office.clock() - shown.counted_at).total_seconds()
        seen.append(({outcome.value: count for outcome, count in shown.outcomes.items() if count}, age))

    assert seen[0] == (
        {"sent": 3, "queued": 8},
        6.0,
    )  # the others were queued when the job was made, and nobody knows more
    assert seen[1] == ({"sent": 7, "queued": 4}, 12.0)
    assert seen[2] == ({"sent": 10, "queued": 1}, 12.0)  # the first one's
    assert seen[3] == ({"sent": 10, "queued": 1}, 0.0)
    assert reads.count == 4 + 4 + 3 + 4


def test_while_a_job_runs_what_is_not_counted_yet_is_queued(office: Office) -> None:
    job_id = office.started(*(f"u{number:03}" for number in range(11)))
    keep, seen = office.users.get_many, list[int]()

    def looked_at(tenant_id: str, user_ids: Sequence[str]) -> Any:  # noqa: ANN401 - as it was
        seen.append(office.progress(TENANT, job_id).outcomes[Outcome.QUEUED])
        return keep(tenant_id, user_ids)

    office.users.get_many = looked_at  # type: ignore[assignment]
    office.work_on()

    assert seen == [0, PORTION, 2 * PORTION]


def test_of_two_who_count_at_once_one_is_remembered_and_both_are_right(office: Office) -> None:
    job_id = a_done_job(office)
    keep, others = office.portions.tallies, list[dict[str, int]]()

    def another_is_faster(tenant_id: str, of_job: str) -> Tallies:
        seen = keep(tenant_id, of_job)
        if not others:
            others.append({})
            others.append(counts(office, job_id))
        return seen

    office.portions.tallies = another_is_faster  # type: ignore[assignment, method-assign]

    assert counts(office, job_id) == others[1] == {"queued": 11}
    assert keep(TENANT, job_id).revision == 1


def test_who_asks_while_others_work_and_count_is_told_what_adds_up(office: Office) -> None:
    job_id = office.started(*(f"u{number:03}" for number in range(11)))
    (ticket, _), *_ = office.tickets.waiting
    keep, get, reads = office.portions.tallies, office.jobs.get, list[bool]()

    def meanwhile() -> None:
        reads.append(True)
        if len(reads) == 2:
            office.run(ticket, FOREVER)
            become(office, Status.CANCELLED, *range(11))
            ShowProgress(FindJobs(office.jobs), office.portions, office.find_messages, office.clock)(TENANT, job_id)

    def tallies(tenant_id: str, of_job: str) -> Tallies:
        meanwhile()
        return keep(tenant_id, of_job)

    def job(tenant_id: str, of_job: str) -> Job | None:
        meanwhile()
        return get(tenant_id, of_job)

    office.portions.tallies = tallies  # type: ignore[assignment, method-assign]
    office.jobs.get = job  # type: ignore[assignment, method-assign]
    shown = office.progress(TENANT, job_id)

    assert sum(shown.outcomes.values()) == shown.job.counts.accepted
    assert min(shown.outcomes.values()) >= 0


def test_another_tenants_job_is_not_there(office: Office) -> None:
    job_id = a_done_job(office)

    for ask in (
        lambda: office.progress("ten_b", job_id),
        lambda: office.members.accepted("ten_b", job_id, None, PageRequest()),
        lambda: office.members.skipped("ten_b", job_id, PageRequest()),
    ):
        with pytest.raises(NotFound):
            ask()


@pytest.mark.parametrize("limit", [1, 3, 4, 5, 11, 12])
def test_messages_are_listed_page_by_page_with_whom_they_are_for(office: Office, limit: int) -> None:
    job_id = a_done_job(office)
    become(office, Status.FAILED, 2, 4, 9)

    assert [member[0] for member in pages(office, job_id, None, limit)] == [f"u{number:03}" for number in range(11)]
    failed = pages(office, job_id, Status.FAILED, limit)
    assert failed == [
        (f"u{number:03}", office.shown(job_id).message_id(f"u{number:03}"), "failed") for number in (2, 4, 9)
    ]


def pages(office: Office, job_id: str, status: Status | None, limit: int) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    request = PageRequest(limit)
    for _ in range(20):
        page = office.members.accepted(TENANT, job_id, status, request)
        assert len(page.items) <= limit
        found += [(member.user_id, member.message_id, member.status) for member in page.items]
        if page.last is None:
            return found
        request = PageRequest(limit, page.last)
    raise AssertionError("there is no end")


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_the_skipped_are_listed_page_by_page(office: Office, limit: int) -> None:
    job_id = office.started("x1", "u001", "x2", "x3", "u002", "x4", "u003", "u004", "x5")
    office.work_on()

    found: list[str] = []
    request: PageRequest | None = PageRequest(limit)
    while request is not None:
        page = office.members.skipped(TENANT, job_id, request)
        found += [skip.user_id for skip in page.items]
        request = PageRequest(limit, page.last) if page.last else None

    assert found == ["x1", "x2", "x3", "x4", "x5"]


def test_a_page_of_few_among_many_is_answered_short_with_a_place_to_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.jobs.members._READS_PER_PAGE", 2)
    job_id = a_done_job(office)
    become(office, Status.FAILED, 10)

    first = office.members.accepted(TENANT, job_id, Status.FAILED, PageRequest())
    second = office.members.accepted(TENANT, job_id, Status.FAILED, PageRequest(after=first.last))

    assert first.items == ()
    assert [member.user_id for member in second.items] == ["u010"]
