"""Events on the deployed stack, whose AWS lets each function do only what its role says."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from postroom.clock import system_clock
from postroom.event_types.manage import FindEventTypes
from postroom.events.model import Event, NewEvent, Posting
from postroom.events.post import PostEvents
from postroom.events.rows import ROWS
from postroom.events.store import DynamoEvents
from postroom.ids import Seed
from postroom.paging import PageRequest
from postroom.priorities import Priority
from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import until
from tests.fakes.leases import MemoryTickets
from tests.fakes.preferences import MemoryEventTypes
from tests.faults.racing import race

RACERS = 16
FAILED: dict[str, Any] = {"job": {"id": "nightly", "name": "Nightly copy", "type": "copy", "status": "failed"}}
KEPT = timedelta(days=1)


def posted(tenant: httpx.Client, body: object) -> Any:  # noqa: ANN401 - JSON
    answer = tenant.post("/v1/events", json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()


def ended(tenant: httpx.Client, event_id: str) -> dict[str, Any]:
    def over(found: dict[str, Any]) -> bool:
        return found["status"] in {"done", "failed"}

    found: dict[str, Any] = until(over, lambda: tenant.get(f"/v1/events/{event_id}"))
    return found


def test_those_who_hear_of_it_get_a_mail_at_once_and_the_others_none(stack: LiveStack, tenant: httpx.Client) -> None:
    domain = f"{uuid4().hex[:10]}.example.com"
    stack.new_account(tenant.headers["Authorization"].split()[1], f"news@{domain}", min_wait_time=0, daily_limit=1000)
    for user_id, role in {"ann": "admin", "bob": "operator", "eve": "operator", "zoe": "viewer"}.items():
        body = {"email": f"{user_id}@{domain}", "name": user_id.title(), "role": role}
        assert tenant.put(f"/v1/users/{user_id}", json=body).is_success
    wishes = {"bob": {"job_types": ["copy"]}, "eve": {"job_types": ["other"]}}
    for user_id, wish in wishes.items():
        made = tenant.post("/v1/preferences", json={"user": user_id, "event_type": "job_failed"} | wish)
        assert made.is_success, made.text
    until(lambda found: len(found["items"]) == 1, lambda: tenant.get("/v1/users", params={"role": "admin"}))

    event = posted(tenant, FAILED)
    done = ended(tenant, event["id"])
    mails = stack.mailbox.wait_for(lambda mail: mail.rcpt_tos[0].endswith(f"@{domain}"), 2)

    assert (done["status"], done["told"]) == ("done", {"immediate": 2, "other_job_type": 1})
    assert {mail.rcpt_tos[0] for mail in mails} == {f"ann@{domain}", f"bob@{domain}"}
    assert all("Nightly copy" in mail.message.get_body().get_content() for mail in mails)  # type: ignore[union-attr]


@pytest.fixture
def real_events(stack: LiveStack) -> Iterator[DynamoEvents]:
    with stack.tables_here(NotificationsTable=ROWS):
        yield DynamoEvents()


class Naive(DynamoEvents):
    """The control: it looks, and then writes."""

    def known(self, tenant_id: str, wanted: Any) -> dict[str, str]:  # noqa: ANN401 - as the store has it
        there = {event.dedupe_key: event.id for event in self.page(tenant_id, PageRequest(100)).items}
        return {key: there.get(key, event.id) for key, event in wanted.items()}


def events_after_a_race(store: DynamoEvents) -> list[Event]:
    tenant_id = f"ten_{uuid4().hex}"
    wanted = tuple(replace(NewEvent("job_failed"), dedupe_key=key) for key in ("a", "b", "a"))
    post = PostEvents(store, FindEventTypes(MemoryEventTypes()), MemoryTickets(), KEPT)
    ids: list[Sequence[str]] = []

    def work() -> int:
        found = post(tenant_id, Posting(wanted, {}), Seed.fresh(system_clock()), Priority.HIGH)
        ids.append([one.event.id for one in found])
        return sum(not one.deduplicated for one in found)

    new = race(RACERS, work)
    there = list(store.page(tenant_id, PageRequest(100)).items)
    if not isinstance(store, Naive):
        assert new == len(there)
        assert all(sorted(set(found)) == [event.id for event in there] for found in ids)
    return there


def test_of_many_who_post_the_same_keys_at_once_one_makes_each_event(real_events: DynamoEvents) -> None:
    for _ in range(5):
        assert sorted(str(event.dedupe_key) for event in events_after_a_race(real_events)) == ["a", "b"]


def test_to_look_first_and_then_write_doubles_events_on_the_same_engine(real_events: DynamoEvents) -> None:
    assert isinstance(real_events, DynamoEvents)

    assert any(len(events_after_a_race(Naive())) > 2 for _ in range(5))


def test_parallel_requests_with_the_same_key_are_one_event(tenant: httpx.Client) -> None:
    body = FAILED | {"dedupe_key": "the-night"}

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: posted(tenant, body), range(8)))

    assert len({answer["id"] for answer in answers}) == 1
    assert [answer["deduplicated"] for answer in answers].count(False) == 1
    assert len(tenant.get("/v1/events").json()["items"]) == 1
