"""Cancelling a job: before, in the middle and after, and whoever dies over it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from threading import Lock
from typing import Any

import pytest

from postroom.change import Change, Remove, Set
from postroom.conditional import Applied, Refused
from postroom.errors import Unavailable
from postroom.jobs.model import Counts, Job, JobStatus, Outcome
from postroom.leases.model import LEASE, Ticket
from postroom.messages import life as message_life
from postroom.messages.model import Message, Status
from postroom.users.model import User
from tests.fakes.audit import acts
from tests.fakes.fate import Dead
from tests.fakes.job_office import FOREVER, PORTION, TENANT, Office
from tests.fakes.time import NOON

IDS = [f"u{number:03}" for number in range(11)]


@pytest.fixture
def office() -> Office:
    office = Office()
    office.add(*range(11))
    return office


def test_a_job_that_nobody_has_begun_with_makes_no_message(office: Office) -> None:
    job_id = office.started(*IDS)

    assert office.cancel(TENANT, job_id).status == "cancelling"
    office.work_on()

    assert (office.shown(job_id).status, office.shown(job_id).counts) == ("cancelled", Counts())
    assert office.recipients() == []


@pytest.mark.parametrize("portion", [1, 2, 3])
def test_a_job_that_is_cancelled_in_the_middle_stops_and_takes_back_what_waits(office: Office, portion: int) -> None:
    keep, begun = office.users.get_many, 0
    job_id = office.started(*IDS)

    def cancels(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        nonlocal begun
        begun += 1
        if begun == portion:
            assert office.cancel(TENANT, job_id).status == "cancelling"
        return keep(tenant_id, user_ids)

    office.users.get_many = cancels  # type: ignore[assignment]
    office.work_on()

    made = min(portion * PORTION, len(IDS))
    assert (office.shown(job_id).status, office.shown(job_id).counts) == ("cancelled", Counts(made))
    assert begun == portion
    assert office.statuses() == {Status.CANCELLED: made}


def test_what_was_sent_already_stays_sent_and_the_rest_is_taken_back(office: Office) -> None:
    job_id = office.started(*IDS)
    office.work_on()
    first, second, *_ = office.messages.all_of(TENANT)
    for message in (first, second):
        claim = message_life.claim(message, "claim", "acc_1", "id@example.com", NOON + LEASE, None)
        office.messages.change(TENANT, message.id, claim)

    office.cancel(TENANT, job_id)
    office.work_on()

    assert office.shown(job_id).status == "cancelled"
    assert office.statuses() == {Status.SENDING: 2, Status.CANCELLED: 9}
    details = {message.detail for message in office.messages.all_of(TENANT) if message.status is Status.CANCELLED}
    assert details == {"Its job was cancelled"}


def test_what_came_back_to_wait_is_taken_back_when_it_is_asked_for_once_more(office: Office) -> None:
    job_id = office.started(*IDS)
    office.work_on()
    first = office.messages.all_of(TENANT)[0]
    claim = message_life.claim(first, "claim", "acc_1", "id@example.com", NOON + LEASE, None)
    claimed = office.messages.change(TENANT, first.id, claim).row
    assert claimed is not None
    office.cancel(TENANT, job_id)
    office.work_on()
    assert office.progress(TENANT, job_id).outcomes[Outcome.QUEUED] == 1
    back = Change((Set(("status",), Status.DEFERRED), Remove(("claim",))))
    office.messages.change(TENANT, first.id, back)

    office.cancel(TENANT, job_id)
    office.work_on()

    assert office.statuses() == {Status.CANCELLED: 11}


def test_a_cancellation_is_asked_for_as_often_as_anybody_likes(office: Office) -> None:
    job_id = office.started(*IDS)
    for _ in range(3):
        office.cancel(TENANT, job_id)

    office.work_on()
    office.cancel(TENANT, job_id)
    office.work_on()

    assert office.shown(job_id).status == "cancelled"


def test_a_cancellation_that_a_worker_has_ended_before_it_is_answered_is_made_and_told_once(office: Office) -> None:
    job_id, change = office.started(*IDS), office.jobs.change

    def read_late(*asked: Any) -> Applied[Job] | Refused[Job]:  # noqa: ANN401 - as the store is asked
        change(*asked)
        ended = change(TENANT, job_id, Change((Set(("status",), JobStatus.CANCELLED),)))
        office.jobs.change = change  # type: ignore[method-assign]
        return ended

    office.jobs.change = read_late  # type: ignore[method-assign, assignment]
    with acts():
        job = office.cancel(TENANT, job_id)

    assert job.status == office.shown(job_id).status == "cancelled"
    assert [entry.deed.before for entry in office.jobs.log.entries] == [{"status": "waiting"}]


def writes_of_a_cancelled_run() -> int:
    office, job_id = half_done()
    office.fate.writes = 0
    office.cancel(TENANT, job_id)
    office.work_on()
    return office.fate.writes


def half_done() -> tuple[Office, str]:
    """Somebody has died over the second portion."""
    office = Office()
    office.add(*range(11))
    job_id = office.started(*IDS)
    office.fate.writes, office.fate.at = 0, 13
    with suppress(Dead):
        office.work_on()
    office.fate.at = None
    office.clock.advance(LEASE)
    assert PORTION < len(office.recipients()) < 2 * PORTION
    assert office.shown(job_id).counts == Counts(PORTION)
    return office, job_id


@pytest.mark.parametrize("made", [False, True])
@pytest.mark.parametrize("error", [Dead, Unavailable])
def test_whoever_dies_over_a_cancellation_nothing_stays_to_be_sent(error: type[BaseException], *, made: bool) -> None:
    writes = writes_of_a_cancelled_run()
    assert writes > 8

    for at in range(1, writes + 1):
        office, job_id = half_done()
        office.fate.writes, office.fate.at, office.fate.made, office.fate.error = 0, at, made, error
        with suppress(Dead, Unavailable):
            office.cancel(TENANT, job_id)
            office.work_on()
        office.fate.at = None
        office.clock.advance(LEASE)
        office.cancel(TENANT, job_id)
        office.work_on()

        done = office.shown(job_id)
        assert done.status == "cancelled", at
        assert office.statuses() == {Status.CANCELLED: done.counts.accepted}, at


def test_while_somebody_holds_the_job_its_cancellation_is_theirs(office: Office) -> None:
    job_id = office.started(*IDS)
    (ticket, _), *_ = office.tickets.waiting
    office.tickets.waiting.clear()
    keep = office.users.get_many

    def cancels(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        office.cancel(TENANT, job_id)
        return keep(tenant_id, user_ids)

    office.users.get_many = cancels  # type: ignore[assignment]
    office.run(ticket, FOREVER)

    assert office.shown(job_id).status == "cancelled"
    assert office.tickets.waiting == []


def test_a_cancellation_without_time_is_handed_on(office: Office) -> None:
    job_id = office.started(*IDS)
    office.work_on()
    office.cancel(TENANT, job_id)
    [(ticket, _)] = office.tickets.waiting
    office.tickets.waiting.clear()

    office.run(ticket, office.clock())

    assert office.tickets.waiting == [(ticket, 0)]
    office.work_on()
    assert office.statuses() == {Status.CANCELLED: 11}


@pytest.mark.parametrize("made", [0, 1, 3])
def test_who_is_slow_while_somebody_else_ends_the_job_leaves_no_message_that_is_sent(made: int) -> None:
    office = Office()
    office.add(*range(PORTION))
    job_id = office.started(*(f"u{number:03}" for number in range(PORTION)))
    keep, rows, lock = office.messages.add, list[str](), Lock()

    def slow(message: Message, *, watched: bool = False) -> Message:
        with lock:
            rows.append(message.id)
            if len(rows) == made + 1:
                office.messages.add = keep  # type: ignore[method-assign]
                cancelled_meanwhile(office, job_id)
            return keep(message, watched=watched)

    office.messages.add = slow  # type: ignore[method-assign]
    (ticket, _), *_ = office.tickets.waiting
    office.run(ticket, FOREVER)
    office.work_on()

    assert office.shown(job_id).status == "cancelled"
    assert office.statuses() == {Status.CANCELLED: PORTION}


def test_who_is_slow_before_there_is_a_message_makes_none(office: Office) -> None:
    job_id = office.started(*IDS)
    keep = office.users.get_many

    def slow(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        office.users.get_many = keep  # type: ignore[method-assign]
        cancelled_meanwhile(office, job_id)
        return keep(tenant_id, user_ids)

    office.users.get_many = slow  # type: ignore[assignment]
    (ticket, _), *_ = office.tickets.waiting
    office.run(ticket, FOREVER)
    office.work_on()

    assert office.shown(job_id).status == "cancelled"
    assert office.messages.added == []


def cancelled_meanwhile(office: Office, job_id: str) -> None:
    """By another worker, behind the lease of the one that works."""
    office.clock.advance(LEASE + timedelta(seconds=1))
    office.cancel(TENANT, job_id)
    office.another_worker()(Ticket(TENANT, job_id), FOREVER)
    assert office.shown(job_id).status == "cancelled"
