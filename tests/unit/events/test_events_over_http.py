"""Events over HTTP, on stores in memory."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType, Nature
from postroom.events.bodies import MOST_AT_ONCE
from postroom.events.fields import LARGEST_DATA, LONGEST_ERROR
from postroom.events.find import FindEvents
from postroom.events.post import PostEvents
from postroom.events.routes import event_routes
from postroom.idempotency.run_once import RunOnce
from postroom.leases.model import Ticket
from postroom.priorities import Priority
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.fakes.events import MemoryEvents
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.leases import MemoryTickets
from tests.fakes.preferences import MemoryEventTypes
from tests.fakes.sending import LIFETIMES
from tests.fakes.time import NOON, FakeClock

OPERATOR = Caller("ten_a", "key_a", Role.OPERATOR)
VIEWER = Caller("ten_a", "key_v", Role.VIEWER)
STRANGER = Caller("ten_b", "key_b", Role.ADMIN)
FAILED: dict[str, Any] = {"job": {"id": "nightly", "status": "failed"}}


class Tenant:
    def __init__(self) -> None:
        self.clock = FakeClock(NOON)
        self.events, self.tickets, types = MemoryEvents(), MemoryTickets(), MemoryEventTypes()
        types.put("ten_a", EventType("door_open", Nature.NEWS, "own", Priority.HIGH), None)
        post = PostEvents(self.events, FindEventTypes(types), self.tickets, LIFETIMES.retention)
        routes = Routes()
        event_routes(routes, post, FindEvents(self.events))
        self._api = Api(routes, RunOnce(MemoryRecords(), self.clock), self.clock)

    def __call__(
        self, method: str, path: str, body: object = None, *, caller: Caller = OPERATOR, key: str | None = None
    ) -> Answer:
        path, _, text = path.partition("?")
        headers = {"Idempotency-Key": key} if key else {}
        asked = request(method, f"/v1{path}", body, headers=headers, query=dict(parse_qsl(text)))
        return send(self._api, authorised(asked, caller))

    def post(self, body: object, **how: Any) -> Any:  # noqa: ANN401 - JSON
        answer = self("POST", "/events", body, **how)
        assert answer.status == 202, answer.text
        return answer.json

    def faults(self, body: object) -> dict[str, str]:
        answer = self("POST", "/events", body)
        assert answer.status == 422, answer.text
        assert self.events.all_of("ten_a") == []
        return {fault["field"]: fault["message"] for fault in answer.json["errors"]}


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def test_an_event_is_taken_in_whole_and_gets_its_ticket(tenant: Tenant) -> None:
    job = {
        "id": "nightly",
        "type": "copy",
        "name": "Nightly copy",
        "status": "failed",
        "started_at": "2026-11-20T02:00:00+01:00",
        "finished_at": "2026-11-20T02:14:09.5Z",
        "error": "Disk full\nreally",
        "logs_url": "https://user-logs.internal:8443/runs/7?a=b#step-3",
    }
    result = {"id": "r", "policy": "p", "device": "d", "severity": "high", "details_url": "http://10.0.0.1/r"}
    body = {"event_type": "job_failed", "job": job, "compliance_result": result} | {
        "occurred_at": "2026-11-20T02:14:09Z",
        "dedupe_key": "a",
        "critical": True,
        "data": {"branch": "main", "n": [1, None]},
    }

    posted = tenant.post(body)

    assert (posted["event_type"], posted["status"], posted["deduplicated"]) == ("job_failed", "waiting", False)
    assert tenant.tickets.waiting == [(Ticket("ten_a", posted["id"]), 0)]
    found = tenant("GET", f"/events/{posted['id']}", caller=VIEWER).json
    assert found["job"] == job | {"started_at": "2026-11-20T01:00:00Z", "finished_at": "2026-11-20T02:14:09.500000Z"}
    assert found["compliance_result"] == result
    assert (found["data"], found["critical"], found["dedupe_key"]) == (body["data"], True, "a")
    assert (found["told"], found["users"]) == ({}, 0)


def test_several_are_answered_in_their_order(tenant: Tenant) -> None:
    bodies = [{"job": {"id": str(n), "status": ["success", "failed", "partial"][n % 3]}} for n in range(7)]

    posted = tenant.post({"events": bodies})["events"]

    assert [one["event_type"] for one in posted][:3] == ["job_success", "job_failed", "job_partial"]
    jobs = [tenant("GET", f"/events/{one['id']}").json["job"]["id"] for one in posted]
    assert jobs == [str(n) for n in range(7)]
    assert [ticket.id for ticket, _ in tenant.tickets.waiting] == [one["id"] for one in posted]


@pytest.mark.parametrize(
    ("body", "event_type"),
    [
        ({"job": {"id": "j", "status": "success"}}, "job_success"),
        ({"job": {"id": "j", "status": "failed"}, "event_type": None}, "job_failed"),
        ({"job": {"id": "j", "status": "partial"}, "compliance_result": {"id": "r"}}, "job_partial"),
        ({"compliance_result": {"id": "r"}}, "compliance_violation"),
        ({"compliance_result": {"id": "r"}, "job": None}, "compliance_violation"),
        ({"event_type": "scheduled_backup_complete"}, "scheduled_backup_complete"),
        ({"event_type": "door_open", "job": {"id": "j", "status": "failed"}}, "door_open"),
        ({"event_type": "job_failed", "job": {"id": "j", "status": "timed out"}}, "job_failed"),
    ],
)
def test_what_an_event_is_follows_from_what_it_says(tenant: Tenant, body: object, event_type: str) -> None:
    assert tenant.post(body)["event_type"] == event_type


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "event_type"),
        ({"job": {"id": "j"}}, "event_type"),
        ({"job": {"id": "j", "status": "odd"}, "compliance_result": {"id": "r"}}, "event_type"),
        ({"event_type": "job_success", "job": {"id": "j", "status": "failed"}}, "event_type"),
        ({"event_type": "nothing_like_it"}, "event_type"),
        ({"event_type": ""}, "event_type"),
        (FAILED | {"surprise": 1}, "surprise"),
        (FAILED | {"critical": "yes"}, "critical"),
        (FAILED | {"occurred_at": "yesterday"}, "occurred_at"),
        (FAILED | {"dedupe_key": ""}, "dedupe_key"),
        (FAILED | {"dedupe_key": "k" * 201}, "dedupe_key"),
        (FAILED | {"data": {"a": "x" * LARGEST_DATA}}, "data"),
        (FAILED | {"data": [1]}, "data"),
        ({"job": {"status": "failed"}}, "job.id"),
        ({"job": {"id": "a\nb", "status": "failed"}}, "job.id"),
        ({"job": {"id": "j", "status": "failed", "error": "e" * (LONGEST_ERROR + 1)}}, "job.error"),
        ({"compliance_result": {"id": "r", "other": 1}}, "compliance_result.other"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(tenant: Tenant, body: object, field: str) -> None:
    assert set(tenant.faults(body)) == {field}
    assert set(tenant.faults({"events": [FAILED, body]})) == {f"events.1.{field}"}


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/a",
        "javascript:alert(1)",
        "//example.com",
        "https://",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com\\@evil.example",
        "https://example.com/a b",
        'https://example.com/"onclick',
        "https://example.com/<b>",
        "https://exämple.com/",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_a_link_leads_to_the_web_and_carries_no_credentials(tenant: Tenant, url: str) -> None:
    assert set(tenant.faults({"job": {"id": "j", "status": "failed", "logs_url": url}})) == {"job.logs_url"}
    assert set(tenant.faults({"compliance_result": {"id": "r", "details_url": url}})) == {
        "compliance_result.details_url"
    }


def test_all_that_is_wrong_with_all_events_is_told_at_once_and_nothing_is_taken_in(tenant: Tenant) -> None:
    events = [
        FAILED,
        {"event_type": "unknown", "critical": 1},
        7,
        {"event_type": "job_success", "job": {"id": "j", "status": "failed", "logs_url": "x"}},
        {"event_type": "unheard_of"},
    ]

    faults = tenant.faults({"events": events})

    assert set(faults) == {
        "events.1.critical",
        "events.1.event_type",
        "events.2",
        "events.3.event_type",
        "events.3.job.logs_url",
        "events.4.event_type",
    }
    assert tenant.tickets.waiting == []


@pytest.mark.parametrize(
    "body",
    [{"events": []}, {"events": [FAILED] * (MOST_AT_ONCE + 1)}, {"events": {}}, {"events": None}],
)
def test_a_list_has_one_event_or_up_to_500(tenant: Tenant, body: object) -> None:
    assert set(tenant.faults(body)) == {"events"}


def test_what_stands_beside_a_list_is_refused(tenant: Tenant) -> None:
    assert set(tenant.faults({"events": [FAILED], "critical": True})) == {"critical"}
    assert len(tenant.post({"events": [FAILED] * MOST_AT_ONCE})["events"]) == MOST_AT_ONCE


@pytest.mark.parametrize(
    ("highest", "priorities"),
    [
        (Priority.HIGH, ["normal", "high"]),
        (Priority.NORMAL, ["normal", "normal"]),
        (Priority.LOW, ["low", "low"]),
    ],
)
def test_mails_are_as_urgent_as_their_event_type_unless_the_key_may_not(
    tenant: Tenant, highest: Priority, priorities: list[str]
) -> None:
    caller = Caller("ten_a", "key_a", Role.OPERATOR, highest_priority=highest)

    posted = tenant.post({"events": [FAILED, {"event_type": "door_open"}]}, caller=caller)["events"]

    assert [tenant("GET", f"/events/{one['id']}").json["priority"] for one in posted] == priorities


def test_the_same_dedupe_key_is_the_same_event_in_one_request_and_in_the_next(tenant: Tenant) -> None:
    keyed = FAILED | {"dedupe_key": "a"}

    first = tenant.post({"events": [keyed, FAILED, keyed, FAILED | {"dedupe_key": "b"}]})["events"]
    again = tenant.post(keyed | {"critical": True})

    assert [one["deduplicated"] for one in first] == [False, False, True, False]
    assert first[0]["id"] == first[2]["id"] == again["id"]
    assert again["deduplicated"]
    assert len(tenant.events.all_of("ten_a")) == 3
    assert len(tenant.tickets.waiting) == 3
    assert tenant("GET", f"/events/{again['id']}").json["critical"] is False


def test_another_tenants_dedupe_key_is_its_own(tenant: Tenant) -> None:
    keyed = FAILED | {"dedupe_key": "a"}

    mine, theirs = tenant.post(keyed), tenant.post(keyed, caller=STRANGER)

    assert mine["id"] != theirs["id"]
    assert not theirs["deduplicated"]


def test_a_request_that_is_repeated_gives_its_first_answer(tenant: Tenant) -> None:
    first = tenant("POST", "/events", FAILED, key="k")
    tenant.clock.advance(timedelta(minutes=3))
    again = tenant("POST", "/events", FAILED, key="k")

    assert again.json == first.json
    assert len(tenant.events.all_of("ten_a")) == 1


def test_events_are_listed_the_newest_first_and_belong_to_their_tenant(tenant: Tenant) -> None:
    ids = sorted((tenant.post(FAILED | {"data": {"n": n}})["id"] for n in range(5)), reverse=True)

    first = tenant("GET", "/events?limit=3", caller=VIEWER).json
    second = tenant("GET", f"/events?limit=3&cursor={first['next_cursor']}", caller=VIEWER).json

    assert [one["id"] for one in first["items"] + second["items"]] == ids
    assert "data" not in first["items"][0]
    assert second["next_cursor"] is None
    assert tenant("GET", "/events", caller=STRANGER).json["items"] == []


def test_a_strangers_event_and_a_missing_one_look_the_same(tenant: Tenant) -> None:
    mine = tenant.post(FAILED)["id"]

    found = [
        tenant("GET", f"/events/{event_id}", caller=STRANGER)
        for event_id in (mine, "evt_01m7c5v0e8s3k6t2x9h4w1q7zb", "msg_1", "x")
    ]

    assert [one.status for one in found] == [404] * 4
    assert len({one.json["detail"] for one in found}) == 1


def test_who_may_only_look_posts_nothing(tenant: Tenant) -> None:
    assert tenant("POST", "/events", FAILED, caller=VIEWER).status == 403
