"""What every store of events must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.change import Change
from postroom.clock import to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.events import life
from postroom.events.model import ComplianceFacts, Event, EventStatus, JobFacts
from postroom.events.ports import EventStore
from postroom.events.rows import ROWS
from postroom.events.store import DynamoEvents
from postroom.ids import Seed
from postroom.leases.life import LOOKED_FOR_AFTER, let_go
from postroom.leases.model import LEASE
from postroom.paging import PageRequest
from postroom.priorities import Priority
from tests.fakes.events import MemoryEvents
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

LATER = NOON + timedelta(seconds=10)
UNTIL = NOON + timedelta(days=90)


def an_event(number: int = 0, **changes: object) -> Event:
    event_id = Seed(NOON, "a").id("evt", f"{number:03}")
    made = Event("ten_a", event_id, "job_failed", EventStatus.WAITING, Priority.HIGH, NOON, NOON, UNTIL)
    return replace(made, **changes)  # type: ignore[arg-type]


JOB = JobFacts("nightly", "copy", "Nightly copy", "failed", NOON, LATER, "Kaputt: süß", "https://ci.example.com/1#e")
WHOLE = an_event(
    occurred_at=NOON - timedelta(hours=3, milliseconds=7),
    critical=True,
    dedupe_key="k" * 200,
    job=JOB,
    compliance_result=ComplianceFacts("r1", "disk", "laptop-7", "high", "https://example.com/r1"),
    data={"n": [1, 2.5, None, {"a": "b"}]},
)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[EventStore]:
    if request.param == "memory":
        yield MemoryEvents()
        return
    with tables("notifications"):
        name_table(ROWS, "notifications")
        yield DynamoEvents()


def applied(store: EventStore, event: Event, change: Change) -> Event:
    outcome = store.change("ten_a", event.id, change)
    assert isinstance(outcome, Applied)
    return outcome.row


def is_refused(store: EventStore, event: Event, change: Change) -> bool:
    return isinstance(store.change("ten_a", event.id, change), Refused)


@pytest.mark.parametrize("wanted", [an_event(), WHOLE, an_event(job=JobFacts("only"))])
def test_an_event_is_found_again_and_made_once(store: EventStore, wanted: Event) -> None:
    assert store.add(wanted) == wanted
    assert store.add(replace(wanted, event_type="another")) == wanted
    assert store.get("ten_a", wanted.id) == wanted
    assert store.get_many("ten_a", [wanted.id, an_event(9).id]) == {wanted.id: wanted}


def test_another_tenants_event_is_not_there(store: EventStore) -> None:
    event = store.add(an_event())

    assert store.get("ten_b", event.id) is None
    assert store.get_many("ten_b", [event.id]) == {}
    assert store.page("ten_b", PageRequest()).items == ()
    assert store.change("ten_b", event.id, life.claim(event, "x", 0, NOON)) == Refused(None)


@pytest.mark.parametrize("newest_first", [True, False])
def test_events_are_listed_page_by_page(store: EventStore, *, newest_first: bool) -> None:
    ids = sorted((store.add(an_event(number)).id for number in range(5)), reverse=newest_first)

    first = store.page("ten_a", PageRequest(3, newest_first=newest_first))
    second = store.page("ten_a", PageRequest(3, first.last, newest_first=newest_first))

    assert [event.id for event in (*first.items, *second.items)] == ids
    assert second.last is None


def test_a_dedupe_key_belongs_to_who_said_it_first_in_its_own_tenant(store: EventStore) -> None:
    first, second = an_event(1, dedupe_key="a"), an_event(2, dedupe_key="a")

    assert store.known("ten_a", {"a": first, "b": first}) == {"a": first.id, "b": first.id}
    assert store.known("ten_a", {"a": second, "c": second}) == {"a": first.id, "c": second.id}
    assert store.known("ten_b", {"a": second}) == {"a": second.id}


def test_a_dedupe_key_is_free_again_when_its_event_is_not_kept_any_more(store: EventStore) -> None:
    store.known("ten_a", {"a": an_event(1)})
    late = replace(an_event(2), created_at=UNTIL + timedelta(seconds=1), kept_until=UNTIL + timedelta(days=90))

    assert store.known("ten_a", {"a": replace(late, created_at=UNTIL - timedelta(seconds=1))}) == {"a": an_event(1).id}
    assert store.known("ten_a", {"a": late}) == {"a": late.id}


def test_who_begins_with_an_event_makes_it_run(store: EventStore) -> None:
    event = store.add(an_event())

    claimed = applied(store, event, life.claim(event, "first", 0, LATER))

    assert (claimed.status, claimed.started_at, claimed.holder, claimed.claims) == ("running", LATER, "first", 1)
    assert claimed.leased_until == LATER + LEASE
    assert is_refused(store, event, life.claim(event, "second", 0, LATER))


def test_place_and_counts_go_on_together_and_by_who_holds_it_alone(store: EventStore) -> None:
    event = store.add(WHOLE)
    claimed = applied(store, event, life.claim(event, "first", 0, NOON))

    moved = applied(store, claimed, life.advanced(claimed, "own:ann", {"immediate": 3}, LATER))

    assert (moved.place, moved.told, moved.users, moved.claims) == ("own:ann", {"immediate": 3}, 3, 0)
    assert is_refused(store, claimed, life.advanced(claimed, "own:bob", {"immediate": 4}, LATER))
    assert is_refused(store, moved, life.advanced(replace(moved, holder="other"), "own:eve", {}, LATER))
    last = applied(store, moved, life.advanced(moved, None, {"immediate": 3, "digest": 1}, LATER))
    assert (last.place, last.told) == (None, {"immediate": 3, "digest": 1})
    assert store.get("ten_a", event.id) == last


@pytest.mark.parametrize("how", [EventStatus.DONE, EventStatus.FAILED])
def test_what_has_ended_stays_so(store: EventStore, how: EventStatus) -> None:
    event = store.add(an_event())
    claimed = applied(store, event, life.claim(event, "first", 0, NOON))

    ended = applied(store, claimed, life.finish(claimed, how, "why", LATER))

    assert (ended.status, ended.detail, ended.finished_at, ended.holder) == (how, "why", LATER, None)
    assert is_refused(store, claimed, life.finish(claimed, EventStatus.DONE, None, LATER))
    assert is_refused(store, claimed, life.advanced(claimed, None, {}, LATER))


def test_who_is_at_nobodys_hands_is_found_overdue_and_who_is_worked_on_or_has_ended_is_not(store: EventStore) -> None:
    events = sorted((store.add(an_event(number)) for number in range(6)), key=lambda event: event.id)
    due = to_milliseconds(NOON + LOOKED_FOR_AFTER)
    assert store.due(due - 1, 10) == []
    assert sorted(store.due(due, 10)) == [("ten_a", event.id) for event in events]
    assert 2 <= len(store.due(due, 2)) <= len(events)

    running, ended, put_back, *others = events
    applied(store, running, life.claim(running, "first", 0, LATER))
    claimed = applied(store, ended, life.claim(ended, "first", 0, LATER))
    applied(store, claimed, life.finish(claimed, EventStatus.DONE, None, LATER))
    applied(store, put_back, life.looked_for(put_back, NOON + LOOKED_FOR_AFTER))

    assert sorted(store.due(due, 10)) == [("ten_a", event.id) for event in others]
    lease_is_over = to_milliseconds(LATER + LEASE + LOOKED_FOR_AFTER)
    found = store.due(lease_is_over, 10)
    assert {("ten_a", running.id), ("ten_a", put_back.id)} <= set(found)
    assert ("ten_a", ended.id) not in found


def test_of_two_who_find_an_event_overdue_one_puts_it_back(store: EventStore) -> None:
    event = store.add(an_event())
    now = NOON + timedelta(hours=9)

    applied(store, event, life.looked_for(event, now))

    assert is_refused(store, event, life.looked_for(event, now))
    assert store.due(to_milliseconds(now + timedelta(minutes=59)), 10) == []
    assert store.due(to_milliseconds(now + timedelta(hours=1)), 10) == [("ten_a", event.id)]


def test_who_lets_go_of_an_event_leaves_it_to_the_next(store: EventStore) -> None:
    event = store.add(an_event())
    claimed = applied(store, event, life.claim(event, "first", 0, NOON))

    freed = applied(store, claimed, let_go(claimed))

    assert applied(store, freed, life.claim(freed, "second", 0, LATER)).holder == "second"
    assert is_refused(store, freed, life.claim(freed, "third", 0, LATER))
