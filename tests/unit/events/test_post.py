"""Events that are taken in by who dies in between, or beside somebody who posts the same."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from postroom.errors import Unavailable
from postroom.events.model import NewEvent
from postroom.ids import Seed
from tests.fakes.event_office import FOREVER, KEPT, TENANT, EventOffice
from tests.fakes.fate import Dead
from tests.fakes.time import NOON

KEYED = tuple(replace(NewEvent("job_failed"), dedupe_key=key) for key in ("a", "b", "a"))
FREE = NewEvent("job_failed")
THREADS = 8


def writes_of_a_post() -> int:
    office = EventOffice()
    office.posted(*KEYED)
    return office.fate.writes


@pytest.mark.parametrize("error", [Dead, Unavailable])
@pytest.mark.parametrize("made", [False, True])
@pytest.mark.parametrize("same_seed", [False, True])
def test_whoever_dies_wherever_the_same_keys_are_the_same_events_when_they_come_again(
    error: Callable[[], BaseException], *, made: bool, same_seed: bool
) -> None:
    for at in range(1, writes_of_a_post() + 1):
        office, seed = EventOffice(), Seed.fresh(NOON)
        office.add(1)
        office.fate.at, office.fate.made, office.fate.error = at, made, error

        with suppress(Dead, Unavailable):
            office.posted(*KEYED, seed=seed)
        assert office.fate.writes >= at
        office.clock.advance(timedelta(hours=1))
        again = office.posted(*KEYED, seed=seed if same_seed else None)
        once_more = office.posted(*KEYED)
        office.put_back(FOREVER)
        office.work_on()

        assert [one.event.id for one in again] == [one.event.id for one in once_more], at
        assert all(one.deduplicated for one in once_more), at
        there = office.events.all_of(TENANT)
        assert {event.id for event in there} == {one.event.id for one in again}, at
        assert {event.dedupe_key: event.status for event in there} == {"a": "done", "b": "done"}, at
        assert len(office.tell.mails) == 2, at


def test_an_event_that_is_finished_later_stands_where_its_id_does_in_time() -> None:
    office = EventOffice()
    office.fate.at, office.fate.made = 1, True
    with pytest.raises(Dead):
        office.posted(KEYED[0])
    office.clock.advance(timedelta(days=1))

    [posted] = office.posted(KEYED[0])

    assert posted.event.created_at == NOON
    assert posted.event.kept_until == NOON + timedelta(days=1) + KEPT


def test_a_request_that_is_run_again_finds_its_events_and_does_not_begin_them_again() -> None:
    office, seed = EventOffice(), Seed.fresh(NOON)
    first = office.posted(FREE, KEYED[0], seed=seed)
    office.work_on()

    again = office.posted(FREE, KEYED[0], seed=seed)

    assert [one.event.id for one in again] == [one.event.id for one in first]
    assert [one.deduplicated for one in again] == [False, False]
    assert {one.event.status for one in again} == {"done"}
    assert office.tickets.waiting == []


def test_a_queue_that_takes_nothing_loses_nothing() -> None:
    office = EventOffice()
    office.add(1)
    keep, office.tickets.put_all = office.tickets.put_all, lambda tickets: 0  # type: ignore[method-assign]
    [posted] = office.posted()
    office.tickets.put_all = keep  # type: ignore[method-assign]

    office.clock.advance(timedelta(minutes=2))
    office.put_back(FOREVER)
    office.work_on()

    assert office.shown(posted.event.id).status == "done"
    assert office.told(posted.event.id) == ["u001"]


def test_of_many_who_post_the_same_key_at_once_all_get_the_same_event() -> None:
    office, start = EventOffice(), Barrier(THREADS)

    def post(_: int) -> str:
        start.wait()
        return office.posted(KEYED[0])[0].event.id

    with ThreadPoolExecutor(THREADS) as threads:
        ids = set(threads.map(post, range(THREADS)))

    assert len(ids) == len(office.events.all_of(TENANT)) == 1
