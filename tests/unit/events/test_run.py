"""An event from its ticket to its end, on stores in memory that fail when a test wants it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.errors import Unavailable
from postroom.event_types.model import EventType, Nature
from postroom.events.model import Event, EventStatus, NewEvent
from postroom.leases.model import LEASE, Ticket
from postroom.users.model import UserRole
from tests.fakes.event_office import FOREVER, PORTION, TENANT, EventOffice
from tests.fakes.fate import Dead
from tests.fakes.time import NOON

BEFORE = NOON - timedelta(days=1)
TOLD = {"immediate": 17, "digest": 1}


def ids(*numbers: int) -> list[str]:
    return [f"u{number:03}" for number in numbers]


EVERYBODY = ids(*range(11), *range(20, 27))


def a_populated_office() -> EventOffice:
    """Admins hear of failures unasked; of the operators some have asked for it, and one admin has opted out."""
    office = EventOffice()
    office.add(*range(12))
    office.add(*range(20, 29), role=UserRole.OPERATOR)
    office.subscribe(*range(20, 27), 3, created_at=BEFORE)
    office.subscribe(11, enabled=False, created_at=BEFORE)
    return office


@pytest.fixture
def office() -> EventOffice:
    return a_populated_office()


def test_everybody_who_might_hear_of_it_is_gone_through_once_and_counted(office: EventOffice) -> None:
    [posted] = office.posted()
    office.work_on()

    done = office.shown(posted.event.id)
    assert (done.status, done.told, done.users, done.place) == ("done", TOLD, 18, None)
    assert office.told(done.id) == EVERYBODY
    assert done.started_at == done.finished_at == NOON
    assert max(map(len, office.tell.asked)) == PORTION


def test_an_event_that_nobody_wants_to_hear_of_is_done(office: EventOffice) -> None:
    [posted] = office.posted(NewEvent("scheduled_backup_complete"))
    office.work_on()

    assert (office.shown(posted.event.id).status, office.shown(posted.event.id).told) == ("done", {})


def test_an_event_whose_type_is_gone_by_then_says_so(office: EventOffice) -> None:
    door = EventType("door_open", Nature.NEWS, "own")
    office.types.put(TENANT, door, None)
    [posted] = office.posted(NewEvent("door_open"))
    office.types.delete(TENANT, door)
    office.work_on()

    failed = office.shown(posted.event.id)
    assert (failed.status, failed.detail) == ("failed", "There is no such event type any more")
    assert office.events.due(10**15, 10) == []
    assert office.given_up == [(failed.id, "There is no such event type any more")]


def writes_of_a_run() -> int:
    office = a_populated_office()
    office.posted()
    office.fate.writes = 0
    office.work_on()
    return office.fate.writes


@pytest.mark.parametrize("made", [False, True])
def test_whoever_dies_wherever_the_event_ends_as_though_nobody_had(*, made: bool) -> None:
    writes = writes_of_a_run()
    assert writes > 18 + 5

    for at in range(1, writes + 1):
        office = a_populated_office()
        [posted] = office.posted()
        office.fate.writes, office.fate.at, office.fate.made = 0, at, made

        with pytest.raises(Dead):
            office.work_on()
        office.brought_again(posted.event.id)
        office.work_on()

        assert office.shown(posted.event.id).status == "done", at
        assert office.shown(posted.event.id).told == TOLD, at
        assert office.told(posted.event.id) == EVERYBODY, at


@pytest.mark.parametrize("made", [False, True])
def test_what_loses_its_ticket_wherever_is_found_by_the_due_index(*, made: bool) -> None:
    for at in range(1, writes_of_a_run() + 1):
        office = a_populated_office()
        [posted] = office.posted()
        office.fate.writes, office.fate.at, office.fate.made = 0, at, made

        with pytest.raises(Dead):
            office.work_on()
        office.tickets.waiting.clear()
        office.clock.advance(timedelta(minutes=9))
        office.put_back(FOREVER)
        office.work_on()

        assert (office.shown(posted.event.id).status, office.shown(posted.event.id).told) == ("done", TOLD), at
        assert office.told(posted.event.id) == EVERYBODY, at


@pytest.mark.parametrize("made", [False, True])
def test_a_service_that_fails_once_anywhere_delays_the_event_alone(*, made: bool) -> None:
    for at in range(1, writes_of_a_run() + 1):
        office = a_populated_office()
        [posted] = office.posted()
        office.fate.writes, office.fate.at, office.fate.made, office.fate.error = 0, at, made, Unavailable

        with suppress(Unavailable):  # of the queue itself, which then brings the ticket again
            office.work_on()
        if not office.tickets.waiting and office.shown(posted.event.id).status in {"waiting", "running"}:
            office.brought_again(posted.event.id)
        office.work_on()

        assert (office.shown(posted.event.id).status, office.shown(posted.event.id).told) == ("done", TOLD), at
        assert office.told(posted.event.id) == EVERYBODY, at


def test_what_nobody_has_begun_before_leaves_nothing_to_look_for(office: EventOffice) -> None:
    office.posted()

    office.work_on()

    assert office.given_up == []


@pytest.mark.parametrize("error", [Dead, Unavailable])
def test_after_a_fault_what_is_on_no_way_ends_with_the_event(error: type[Exception]) -> None:
    for at in range(2, writes_of_a_run()):
        office = a_populated_office()
        [posted] = office.posted()
        office.fate.writes, office.fate.at, office.fate.error = 0, at, error

        with suppress(Dead):
            office.work_on()
            assert office.shown(posted.event.id).status == "done", at
        office.brought_again(posted.event.id)
        office.work_on()

        assert office.shown(posted.event.id).status == "done", at
        assert office.given_up == [(posted.event.id, None)], at


class Naive:
    """The control: it counts by itself, beside the place."""

    def __init__(self, office: EventOffice) -> None:
        self._tell, self.counted = office.tell, Counter[str]()

    def __call__(self, event: Event, event_type: EventType, users: Sequence[str], /) -> Mapping[str, int]:
        told = self._tell(event, event_type, users)
        self.counted.update(told)
        return told


def test_counts_of_their_own_would_count_a_portion_again_that_was_begun_by_the_dead() -> None:
    wrong = 0
    for at in range(1, writes_of_a_run() + 1):
        office = a_populated_office()
        naive = Naive(office)
        office.run._tell = naive
        [posted] = office.posted()
        office.fate.writes, office.fate.at, office.fate.made = 0, at, False

        with pytest.raises(Dead):
            office.work_on()
        office.brought_again(posted.event.id)
        office.work_on()

        assert office.shown(posted.event.id).told == TOLD
        wrong += naive.counted != Counter(TOLD)
    assert wrong


def test_a_second_delivery_waits_until_the_first_has_ended(office: EventOffice) -> None:
    [posted] = office.posted()
    ticket, keep, seconds = Ticket(TENANT, posted.event.id), office.tell, list[int]()

    def delivered_again(event: Event, event_type: EventType, users: Sequence[str], /) -> Mapping[str, int]:
        office.run(ticket, FOREVER)
        seconds.append(office.tickets.waiting.pop()[1])
        return keep(event, event_type, users)

    office.run._tell = delivered_again
    office.tickets.waiting.clear()
    office.run(ticket, FOREVER)

    assert office.shown(posted.event.id).told == TOLD
    assert set(seconds) == {121}
    assert office.told(posted.event.id) == EVERYBODY


@pytest.mark.parametrize("portion", range(1, 7))
def test_of_two_who_work_at_once_each_portion_is_counted_once(office: EventOffice, portion: int) -> None:
    [posted] = office.posted()
    ticket, keep, asked = Ticket(TENANT, posted.event.id), office.tell, list[bool]()
    other = office.another_worker()

    def freezes(event: Event, event_type: EventType, users: Sequence[str], /) -> Mapping[str, int]:
        asked.append(True)
        if len(asked) == portion:
            office.clock.advance(LEASE)
            other(ticket, FOREVER)  # takes over and comes to the end
            office.clock.advance(-LEASE)  # its clock is behind: only the row tells it
        return keep(event, event_type, users)

    office.run._tell = freezes
    office.run(ticket, FOREVER)

    assert (office.shown(posted.event.id).status, office.shown(posted.event.id).told) == ("done", TOLD)
    assert office.told(posted.event.id) == EVERYBODY


def test_who_knows_that_its_lease_is_over_tells_nobody_more(office: EventOffice) -> None:
    [posted] = office.posted()
    keep = office.users.page

    def late(*asked: object) -> object:
        office.clock.advance(LEASE)
        return keep(*asked)  # type: ignore[arg-type]

    office.users.page = late  # type: ignore[assignment]
    office.run(Ticket(TENANT, posted.event.id), FOREVER)

    assert office.told(posted.event.id) == ids(3, *range(20, 27))


def test_when_time_runs_short_the_event_goes_back_to_its_queue(office: EventOffice) -> None:
    [posted] = office.posted()
    [(ticket, _)] = office.tickets.waiting
    office.tickets.waiting.clear()

    office.run(ticket, office.clock())

    assert office.tickets.waiting == [(ticket, 0)]
    assert office.shown(posted.event.id).holder is None
    office.work_on()
    assert office.shown(posted.event.id).told == TOLD


def test_an_event_outlives_an_outage_of_hours(office: EventOffice) -> None:
    [posted] = office.posted()
    keep = office.tell

    def silent(event: Event, event_type: EventType, users: Sequence[str], /) -> Mapping[str, int]:
        if office.clock() < NOON + timedelta(hours=6):
            raise Unavailable
        return keep(event, event_type, users)

    office.run._tell = silent
    office.work_on()

    assert office.clock() >= NOON + timedelta(hours=6)
    assert (office.shown(posted.event.id).status, office.shown(posted.event.id).told) == ("done", TOLD)


def test_an_event_that_kills_whoever_begins_it_is_given_up(office: EventOffice) -> None:
    [posted] = office.posted()
    keep, begun = office.tell, 0

    def killing(event: Event, event_type: EventType, users: Sequence[str], /) -> Mapping[str, int]:
        nonlocal begun
        begun += 1
        if begun > 1:
            raise Dead
        return keep(event, event_type, users)

    office.run._tell = killing
    for _ in range(9):
        with suppress(Dead):
            office.work_on()
        office.brought_again(posted.event.id)

    failed = office.shown(posted.event.id)
    assert begun == 1 + 1 + 3  # one portion was told, and one died right behind it
    assert (failed.status, failed.users) == (EventStatus.FAILED, PORTION - 1)  # one of whom has opted out
    assert "however often it was begun" in str(failed.detail)
    assert office.events.due(10**15, 10) == []


@pytest.mark.parametrize("portion", range(1, 6))
def test_who_subscribes_while_the_users_are_gone_through_is_told_once(office: EventOffice, portion: int) -> None:
    [posted] = office.posted()
    keep, asked = office.tell, list[bool]()

    def subscribes(event: Event, event_type: EventType, users: Sequence[str], /) -> Mapping[str, int]:
        asked.append(True)
        if len(asked) == portion:
            office.subscribe(5, created_at=office.clock())
        return keep(event, event_type, users)

    office.run._tell = subscribes
    office.work_on()

    assert office.told(posted.event.id) == EVERYBODY


def test_nobody_is_put_back_who_was_posted_just_now_or_is_worked_on(office: EventOffice) -> None:
    office.posted(*[replace(NewEvent("job_failed"), dedupe_key=str(n)) for n in range(3)])
    office.tickets.waiting.clear()

    office.clock.advance(timedelta(minutes=1))
    assert office.put_back(FOREVER).done == 0

    office.clock.advance(timedelta(minutes=1))
    assert office.put_back(FOREVER).done == 3
    assert len(office.tickets.waiting) == 3
    assert office.put_back(FOREVER).done == 0


def test_what_waits_in_a_deep_queue_is_put_back_ever_more_rarely(office: EventOffice) -> None:
    office.posted()
    minutes = []
    for minute in range(1, 361):
        office.clock.advance(timedelta(minutes=1))
        if office.put_back(FOREVER).done:
            minutes.append(minute)

    assert minutes == [2, 4, 8, 16, 32, 64, 124, 184, 244, 304]
