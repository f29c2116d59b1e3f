"""A job from its start to its end, on stores in memory that fail when a test wants it."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postroom.audit.model import Entries
from postroom.errors import NotFound, Unavailable
from postroom.ids import Seed
from postroom.jobs.manage import NewJob
from postroom.jobs.model import Counts, Job, Outcome, Portion
from postroom.jobs.ports import Order
from postroom.leases.model import LEASE, Ticket
from postroom.messages.draft import Draft
from postroom.messages.model import Status
from postroom.paging import Page, PageRequest
from postroom.users.model import User
from postroom.users.ports import Filter
from tests.builders import a_user
from tests.fakes.fate import Dead
from tests.fakes.job_office import FOREVER, KIND, PORTION, TENANT, Office, greetings
from tests.fakes.time import NOON


@pytest.fixture
def office() -> Office:
    return Office()


def ids(*numbers: int) -> list[str]:
    return [f"u{number:03}" for number in numbers]


def test_each_user_gets_one_message_and_who_gets_none_is_told_with_the_reason(office: Office) -> None:
    office.add(*range(9))
    office.add(9, attributes={"silent": True})

    job_id = office.started(*ids(*range(10)), "nobody", *ids(3, 4))
    assert (office.shown(job_id).status, office.shown(job_id).total) == ("waiting", 11)
    office.work_on()

    done = office.shown(job_id)
    assert (done.status, done.total) == ("done", 11)
    assert done.counts == Counts(9, {"silent": 1, "unknown_user": 1})
    assert office.recipients() == ids(*range(9))
    skipped = office.members.skipped(TENANT, job_id, PageRequest()).items
    assert [(skip.user_id, skip.reason) for skip in skipped] == [("u009", "silent"), ("nobody", "unknown_user")]
    assert {message.metadata["job_id"] for message in office.messages.all_of(TENANT)} == {job_id}


def test_users_of_types_are_found_and_counted(office: Office) -> None:
    office.add(*range(9), user_type="a")
    office.add(*range(10, 13), user_type="b")
    office.add(*range(20, 25), user_type="c")

    job_id = office.started(types=["b", "a", "none", "b"])
    assert office.shown(job_id).total is None
    office.work_on()

    assert (office.shown(job_id).total, office.shown(job_id).counts) == (12, Counts(12))
    assert office.recipients() == ids(*range(9), *range(10, 13))


def test_types_that_nobody_has_are_done_with_nobody(office: Office) -> None:
    job_id = office.started(types=["none"])
    office.work_on()

    assert (office.shown(job_id).status, office.shown(job_id).total) == ("done", 0)


@pytest.mark.parametrize(("before", "after"), [("a", "b"), ("b", "a")])
@pytest.mark.parametrize("portion", range(6))
def test_who_moves_between_the_types_meanwhile_gets_one_message(
    office: Office, before: str, after: str, portion: int
) -> None:
    office.add(*range(9), user_type="a")
    office.add(*range(20, 29), user_type="b")
    mover = 4 if before == "a" else 24
    page, pages = office.users.page, 0

    def moves(tenant_id: str, wanted: Filter, request: PageRequest) -> Page[User]:
        nonlocal pages
        if pages == portion:
            office.put(mover, user_type=after)
        pages += 1
        return page(tenant_id, wanted, request)

    office.users.page = moves  # type: ignore[method-assign]
    job_id = office.started(types=["a", "b"])
    office.work_on()

    assert office.shown(job_id).counts == Counts(18)
    assert office.recipients() == ids(*range(9), *range(20, 29))


def test_going_through_the_types_once_would_leave_out_who_moves_back(office: Office) -> None:
    # The control: of one type there is one walk.
    office.add(*range(9), user_type="a")
    office.add(24, user_type="b")
    page = office.users.page

    def moves(tenant_id: str, wanted: Filter, request: PageRequest) -> Page[User]:
        found = page(tenant_id, wanted, request)
        if found.last is None and (user := office.users.get(TENANT, "u024")) and user.user_type == "b":
            office.put(24, user_type="a")
        return found

    office.users.page = moves  # type: ignore[method-assign]
    for one_walk in (["a"], ["b"]):
        office.started(types=one_walk)
        office.work_on()

    assert office.recipients() == ids(*range(9))


def test_who_was_skipped_is_not_skipped_again_by_the_second_walk(office: Office) -> None:
    office.add(*range(9), user_type="a", attributes={"silent": True})
    office.add(20, user_type="b")

    job_id = office.started(types=["a", "b"])
    office.work_on()

    assert office.shown(job_id).counts == Counts(1, {"silent": 9})


def test_the_second_walk_reads_each_portion_once(office: Office) -> None:
    office.add(*range(60), user_type="a", attributes={"silent": True})
    office.add(*range(60, 64), user_type="b")
    keep, reads = office.portions.get_many, list[int]()

    def counted(tenant_id: str, job_id: str, numbers: Iterable[int]) -> dict[int, Portion]:
        wanted = list(numbers)
        reads.extend(wanted)
        return keep(tenant_id, job_id, wanted)

    office.portions.get_many = counted  # type: ignore[method-assign]
    for _ in range(2):
        reads.clear()
        job_id = office.started(types=["a", "b"])
        office.work_on()

        assert office.shown(job_id).counts == Counts(4, {"silent": 60})
        earlier = [number for number in reads if number < 16]
        assert sorted(earlier) == list(range(16))


def test_who_stands_in_the_list_of_a_type_but_has_another_by_now_is_skipped(office: Office) -> None:
    office.add(*range(3), user_type="a")
    page = office.users.page

    def late(tenant_id: str, wanted: Filter, request: PageRequest) -> Page[User]:
        found = page(tenant_id, wanted, request)
        office.put(1, user_type="z")
        office.users.delete(office.users.get_many(TENANT, ["u002"])["u002"])
        return found

    office.users.page = late  # type: ignore[method-assign]
    job_id = office.started(types=["a"])
    office.work_on()

    assert office.shown(job_id).counts == Counts(1, {"other_type": 1, "unknown_user": 1})


def a_populated_office() -> Office:
    office = Office()
    office.add(*range(7))
    office.add(7, attributes={"silent": True})
    office.add(*range(8, 12))
    office.add(*range(20, 28), attributes={"silent": True})
    return office


# Nobody gets anything in the second portion, nor in the last.
IDS = (*ids(*range(4)), *ids(*range(20, 24)), *ids(4, 5), "nobody", *ids(*range(6, 11)), *ids(*range(24, 28)))
EXPECTED = Counts(10, {"silent": 9, "unknown_user": 1})
RECIPIENTS = ids(*(number for number in range(11) if number != 7))


def writes_of_a_run() -> int:
    office = a_populated_office()
    job_id = office.started(*IDS)
    office.fate.writes = 0
    office.work_on()
    assert office.shown(job_id).counts == EXPECTED
    return office.fate.writes


@pytest.mark.parametrize("made", [False, True])
def test_whoever_dies_wherever_the_job_ends_as_though_nobody_had(*, made: bool) -> None:
    writes = writes_of_a_run()
    assert writes > 25

    for at in range(1, writes + 1):
        office = a_populated_office()
        job_id = office.started(*IDS)
        office.fate.writes, office.fate.at, office.fate.made = 0, at, made

        with pytest.raises(Dead):
            office.work_on()
        office.brought_again(job_id)
        office.work_on()

        assert office.shown(job_id).status == "done", at
        assert office.shown(job_id).counts == EXPECTED, at
        assert office.recipients() == RECIPIENTS, at


@pytest.mark.parametrize("made", [False, True])
def test_a_user_who_goes_while_somebody_is_dead_is_counted_as_what_became_of_the_message(*, made: bool) -> None:
    for at in range(1, writes_of_a_run() + 1):
        office = a_populated_office()
        job_id = office.started(*IDS)
        office.fate.writes, office.fate.at, office.fate.made = 0, at, made

        with pytest.raises(Dead):
            office.work_on()
        for user in office.users.get_many(TENANT, IDS).values():
            office.users.delete(user)
        office.brought_again(job_id)
        office.work_on()

        assert office.shown(job_id).counts.accepted == len(office.recipients()), at
        assert office.shown(job_id).counts.users == len(IDS), at


@pytest.mark.parametrize("made", [False, True])
@pytest.mark.parametrize("types", [["a"], ["a", "b"]])
def test_users_who_lose_their_type_while_somebody_is_dead_are_counted_as_what_became_of_them(
    types: list[str], *, made: bool
) -> None:
    at, dead = 0, True
    while dead:
        at += 1
        office = Office()
        office.add(*range(6), user_type="a")
        office.add(*range(6, 11), user_type="b")
        job_id = office.started(types=types)
        office.fate.writes, office.fate.at, office.fate.made = 0, at, made
        dead = False
        try:
            office.work_on()
        except Dead:
            dead = True
        for number in range(11):
            office.put(number, user_type=None)
        office.brought_again(job_id)
        office.work_on()

        done = office.shown(job_id)
        assert (done.status, done.counts.accepted) == ("done", len(office.recipients())), at
        assert office.recipients() == sorted(set(office.recipients())), at
        found = office.members.accepted(TENANT, job_id, None, PageRequest(100)).items
        assert [member.user_id for member in found] == office.recipients(), at
    assert at > 15


@pytest.mark.parametrize("made", [False, True])
def test_a_service_that_fails_once_anywhere_delays_the_job_alone(*, made: bool) -> None:
    for at in range(1, writes_of_a_run() + 1):
        office = a_populated_office()
        job_id = office.started(*IDS)
        office.fate.writes, office.fate.at, office.fate.made, office.fate.error = 0, at, made, Unavailable

        office.work_on()

        assert office.shown(job_id).counts == EXPECTED, at
        assert office.recipients() == RECIPIENTS, at


def test_without_ids_of_the_users_own_a_death_would_be_a_second_mail_for_some() -> None:
    # The control: messages that get their ids from the request.
    office = a_populated_office()
    accept = office.sender.acceptor()
    drafts = [draft for draft in greetings_of(office) if isinstance(draft, Draft)]
    office.fate.writes, office.fate.at = 0, 9

    with pytest.raises(Dead):
        accept(TENANT, drafts, Seed.fresh(NOON))
    accept(TENANT, drafts, Seed.fresh(NOON))

    assert len(office.recipients()) > len(set(office.recipients()))


def greetings_of(office: Office) -> Sequence[Draft | str]:
    users = list(office.users.get_many(TENANT, IDS).values())
    return greetings(office.shown(office.started("x")), {"subject": "Hello"}, users)


def test_a_second_delivery_waits_until_the_first_has_ended(office: Office) -> None:
    office.add(*range(9))
    job_id = office.started(*ids(*range(9)))
    (ticket, _), *_ = office.tickets.waiting
    keep, seconds = office.users.get_many, list[int]()

    def delivered_again(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        office.run(ticket, FOREVER)
        seconds.append(office.tickets.waiting.pop()[1])
        return keep(tenant_id, user_ids)

    office.users.get_many = delivered_again  # type: ignore[assignment]
    office.tickets.waiting.clear()
    office.run(ticket, FOREVER)

    assert office.shown(job_id).counts == Counts(9)
    assert set(seconds) == {121}
    assert sorted(office.messages.added) == sorted(set(office.messages.added))


def test_of_two_who_work_at_once_each_portion_is_counted_once(office: Office) -> None:
    office.add(*range(9))
    job_id = office.started(*ids(*range(9)))
    (ticket, _), *_ = office.tickets.waiting
    office.tickets.waiting.clear()
    keep, frozen = office.users.get_many, list[bool]()

    def freezes(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        frozen.append(True)
        if len(frozen) == 1:
            office.clock.advance(LEASE)
            office.another_worker()(ticket, FOREVER)  # takes over and comes to the end
            office.clock.advance(-LEASE)  # its clock is behind: only the row tells it
        return keep(tenant_id, user_ids)

    office.users.get_many = freezes  # type: ignore[assignment]
    office.run(ticket, FOREVER)

    assert len(frozen) == 1 + 3
    assert (office.shown(job_id).status, office.shown(job_id).counts) == ("done", Counts(9))
    assert office.recipients() == ids(*range(9))


def test_who_knows_that_its_lease_is_over_makes_no_message_more(office: Office) -> None:
    office.add(*range(3))
    office.started(*ids(*range(3)))
    keep = office.orders.user_ids

    def late(tenant_id: str, job_id: str, start: int, limit: int) -> tuple[list[str], int | None]:
        office.clock.advance(LEASE)
        return keep(tenant_id, job_id, start, limit)

    office.orders.user_ids = late  # type: ignore[method-assign]
    (ticket, _), *_ = office.tickets.waiting
    office.run(ticket, FOREVER)

    assert office.messages.added == []


@pytest.mark.parametrize("slow", ["get", "user_ids"])
def test_a_job_whose_lease_runs_out_by_slowness_alone_goes_on(office: Office, slow: str) -> None:
    office.add(*range(9))
    job_id = office.started(*ids(*range(9)))
    keep, asked = getattr(office.orders, slow), list[bool]()

    def late(*place: Any) -> Any:  # noqa: ANN401 - those of either
        asked.append(True)
        if len(asked) == 1:
            office.clock.advance(LEASE + timedelta(seconds=1))
        return keep(*place)

    setattr(office.orders, slow, late)
    office.work_on()

    assert (office.shown(job_id).status, office.shown(job_id).counts) == ("done", Counts(9))
    assert office.recipients() == ids(*range(9))


def test_when_time_runs_short_the_job_goes_back_to_its_queue(office: Office) -> None:
    office.add(*range(9))
    job_id = office.started(*ids(*range(9)))
    (ticket, _), *_ = office.tickets.waiting
    office.tickets.waiting.clear()

    office.run(ticket, office.clock())

    assert office.tickets.waiting == [(ticket, 0)]
    assert office.shown(job_id).holder is None
    office.work_on()
    assert office.shown(job_id).counts == Counts(9)


def test_a_job_outlives_an_outage_of_hours(office: Office) -> None:
    office.add(*range(9))
    job_id = office.started(*ids(*range(9)))
    keep = office.users.get_many

    def silent(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        if office.clock() < NOON + timedelta(hours=6):
            raise Unavailable
        return keep(tenant_id, user_ids)

    office.users.get_many = silent  # type: ignore[assignment]
    office.work_on()

    assert office.clock() >= NOON + timedelta(hours=6)
    assert office.shown(job_id).counts == Counts(9)


def test_a_job_that_kills_whoever_begins_it_is_given_up_and_can_be_cancelled(office: Office) -> None:
    office.add(*range(9))
    job_id = office.started(*ids(*range(9)))
    keep, begun = office.users.get_many, 0

    def killing(tenant_id: str, user_ids: Sequence[str]) -> dict[str, User]:
        nonlocal begun
        begun += 1
        if begun > 1:
            raise Dead
        return keep(tenant_id, user_ids)

    office.users.get_many = killing  # type: ignore[assignment]
    for _ in range(9):
        with suppress(Dead):
            office.work_on()
        office.brought_again(job_id)

    assert begun == 1 + 1 + 3  # one portion was done, and one died right behind it
    failed = office.shown(job_id)
    assert (failed.status, failed.counts) == ("failed", Counts(PORTION))
    assert "however often it was begun" in str(failed.detail)

    office.users.get_many = keep  # type: ignore[method-assign]
    office.cancel(TENANT, job_id)
    office.work_on()
    assert office.shown(job_id).status == "cancelled"
    assert office.statuses() == {Status.CANCELLED: PORTION}


def test_what_a_job_made_before_it_was_given_up_is_counted_and_listed(office: Office) -> None:
    office.add(*range(9))
    job_id = office.started(*ids(*range(9)))

    def killing(*_: object) -> Portion:
        raise Dead

    keep, office.portions.settle = office.portions.settle, killing  # type: ignore[assignment, method-assign]
    for _ in range(3):
        with suppress(Dead):
            office.work_on()
        office.brought_again(job_id)
    office.portions.settle = keep  # type: ignore[method-assign]
    office.work_on()

    assert (office.shown(job_id).status, office.shown(job_id).counts) == ("failed", Counts(PORTION))
    assert office.progress(TENANT, job_id).outcomes[Outcome.QUEUED] == PORTION == len(office.recipients())
    listed = office.members.accepted(TENANT, job_id, None, PageRequest()).items
    assert [member.user_id for member in listed] == office.recipients()


def test_a_job_that_kills_also_who_counts_what_it_made_is_given_up(office: Office) -> None:
    office.add(*range(9))
    job_id = office.started(*ids(*range(9)))

    def killing(*_: object) -> Portion:
        raise Dead

    office.portions.settle = killing  # type: ignore[assignment, method-assign]
    for _ in range(5):
        with suppress(Dead):
            office.work_on()
        office.brought_again(job_id)

    assert (office.shown(job_id).status, office.shown(job_id).counts) == ("failed", Counts())


def test_a_job_that_has_not_gone_through_all_of_its_users_is_not_done(office: Office) -> None:
    office.add(*range(9))
    job_id = office.started(*ids(*range(9)))
    del office.orders.ids[TENANT, job_id][6:]

    office.work_on()

    failed = office.shown(job_id)
    assert (failed.status, failed.total, failed.counts) == ("failed", 9, Counts(6))
    assert "not gone through" in str(failed.detail)


def test_what_was_asked_for_and_is_gone_fails_and_says_so(office: Office) -> None:
    job_id = office.started("u001")
    office.orders.orders.clear()

    office.work_on()

    assert office.shown(job_id).status == "failed"
    assert "not stored any more" in str(office.shown(job_id).detail)


def test_a_message_that_can_never_be_stored_is_left_out_after_a_while(office: Office) -> None:
    office.work = lambda job, order, users: [  # the third cannot be stored
        draft if isinstance(draft, str) or user.id != "u002" else _odd(draft)
        for user, draft in zip(users, greetings(job, order, users), strict=True)
    ]
    office.messages.chokes_on = {"odd"}
    office.run = office.another_worker()
    office.add(*range(9))

    job_id = office.started(*ids(*range(9)))
    office.work_on()

    assert office.shown(job_id).counts == Counts(8, {"fault": 1})
    assert office.clock() > NOON


def _odd(draft: Draft) -> Draft:
    return replace(draft, content=replace(draft.content, subject="odd"))


def test_what_is_named_and_gone_meanwhile_skips_with_the_reason(office: Office) -> None:
    office.add(*range(3))
    wanted = NewJob(KIND, "Hello", {"subject": "Hello", "account_id": "acc_gone"}, ids(*range(3)))
    job_id = office.start(TENANT, wanted, Seed.fresh(NOON)).id

    office.work_on()

    assert office.shown(job_id).counts == Counts(0, {"no_account": 3})


def test_the_same_seed_starts_the_same_job_and_puts_it_on_its_queue_until_somebody_has_begun(office: Office) -> None:
    office.add(*range(3))
    seed, wanted = Seed.fresh(NOON), NewJob(KIND, "Hello", {"subject": "Hello"}, ids(*range(3)))

    first, again = (office.start(TENANT, wanted, seed) for _ in range(2))
    assert first == again
    assert [delay for _, delay in office.tickets.waiting] == [60, 0] * 2
    office.work_on()
    office.start(TENANT, wanted, seed)

    assert [delay for _, delay in office.tickets.waiting] == [60]
    office.work_on()
    assert office.recipients() == ids(*range(3))


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_job_that_is_there_is_begun_with_although_the_queue_takes_no_more(office: Office, taken: int) -> None:
    office.add(1)
    keep, puts = office.tickets.put, list[bool]()

    def takes_some(ticket: Ticket, delay_seconds: int = 0) -> None:
        puts.append(True)
        if len(puts) > taken:
            raise Unavailable
        keep(ticket, delay_seconds)

    office.tickets.put = takes_some  # type: ignore[method-assign]
    with suppress(Unavailable):
        office.started("u001")
    office.work_on()

    jobs = office.jobs.page(TENANT, PageRequest()).items
    assert [job.status for job in jobs] == ["done"] * min(taken, 1)
    assert office.recipients() == ids(*[1] * min(taken, 1))


def test_who_starts_a_job_and_dies_anywhere_leaves_none_that_waits_for_ever(office: Office) -> None:
    office.add(1)
    add = office.jobs.add

    def dies_behind_the_row(wanted: Job, entries: Entries = ()) -> Job:
        add(wanted, entries)
        raise Dead

    office.jobs.add = dies_behind_the_row  # type: ignore[method-assign]
    with pytest.raises(Dead):
        office.started("u001")
    office.work_on()

    assert [job.status for job in office.jobs.page(TENANT, PageRequest()).items] == ["done"]


def test_a_ticket_of_another_tenant_finds_no_job(office: Office) -> None:
    office.add(*range(3))
    job_id = office.started(*ids(*range(3)))

    office.run(Ticket("ten_b", job_id), FOREVER)

    assert office.recipients() == []
    with pytest.raises(NotFound):
        office.cancel("ten_b", job_id)


def test_a_user_without_a_type_is_of_no_type(office: Office) -> None:
    office.users.put(a_user(id="u001", user_type=None), None)

    job_id = office.started(types=["a"])
    office.work_on()

    assert office.shown(job_id).counts == Counts()


def test_what_a_kind_makes_of_a_user_is_asked_with_the_whole_order(office: Office) -> None:
    asked: list[tuple[str, Order]] = []

    def work(job: Job, order: Order, users: Sequence[User]) -> Sequence[Draft | str]:
        asked.append((job.kind, order))
        return greetings(job, order, users)

    office.work = work
    office.run = office.another_worker()
    office.add(1)
    office.started("u001")
    office.work_on()

    assert asked == [(KIND, {"subject": "Hello"})]
