"""The log of notices over HTTP, on a log in memory."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from postroom.idempotency.run_once import RunOnce
from postroom.ids import Seed
from postroom.notices.find import FindNotices
from postroom.notices.model import NoticeStatus, Way
from postroom.notices.routes import notice_routes
from postroom.tenancy.model import Caller, Role
from postroom.users.manage import FindUsers
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import a_notice, a_user
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.notices import MemoryNotices
from tests.fakes.time import NOON, FakeClock
from tests.fakes.users import MemoryUsers

VIEWER = Caller("ten_a", "key_v", Role.VIEWER)
STRANGER = Caller("ten_b", "key_b", Role.ADMIN)
OF_ANN = Caller("ten_a", "key_u", Role.VIEWER, user_id="ann")
HOUR = timedelta(hours=1)
EVENTS = [Seed(NOON + number * HOUR, "e").id("evt") for number in range(4)]


class Tenant:
    def __init__(self) -> None:
        self.notices = MemoryNotices()
        routes = Routes()
        self.users = MemoryUsers()
        self.users.put(a_user(), None)
        notice_routes(routes, FindNotices(self.notices, FindUsers(self.users)))
        clock = FakeClock(NOON)
        self._api = Api(routes, RunOnce(MemoryRecords(), clock), clock)

    def __call__(self, query: str = "", *, caller: Caller = VIEWER) -> Answer:
        asked = request("GET", "/v1/notifications/events", query=dict(parse_qsl(query)))
        return send(self._api, authorised(asked, caller))

    def found(self, query: str = "", **how: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - as above
        answer = self(query, **how)
        assert answer.status == 200, answer.text
        return [(item["user"], item["event"]) for item in answer.json["items"]]


@pytest.fixture
def tenant() -> Tenant:
    """Of four notices, an hour after the other; the first was sent last."""
    tenant = Tenant()
    ways: tuple[dict[str, Any], ...] = (
        {"status": NoticeStatus.SENT, "sent_at": NOON + 9 * HOUR, "message_id": "msg_1", "job_id": "copy"},
        {"status": NoticeStatus.SENT, "sent_at": NOON + 2 * HOUR, "user_id": "bob", "recipient": "bob@example.com"},
        {"event_type": "compliance_violation", "result_id": "res#1", "way": Way.DIGEST, "due_at": NOON + 8 * HOUR},
        {"status": NoticeStatus.FAILED, "error": "550 5.1.1 no such user", "user_id": "bob", "job_id": "copy"},
    )
    tenant.notices.add(
        [
            a_notice(**{"event_id": event_id, "at": NOON + number * HOUR, **way})
            for number, (event_id, way) in enumerate(zip(EVENTS, ways, strict=True))
        ]
    )
    return tenant


ANN_0, BOB_1, ANN_2, BOB_3 = (("ann", EVENTS[0]), ("bob", EVENTS[1]), ("ann", EVENTS[2]), ("bob", EVENTS[3]))


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("", [BOB_3, ANN_2, BOB_1, ANN_0]),
        ("order=created_at", [ANN_0, BOB_1, ANN_2, BOB_3]),
        ("order=sent_at", [BOB_1, ANN_0]),
        ("order=-sent_at", [ANN_0, BOB_1]),
        ("event_type=compliance_violation", [ANN_2]),
        ("status=failed", [BOB_3]),
        ("user=ann", [ANN_2, ANN_0]),
        ("job=copy", [BOB_3, ANN_0]),
        ("compliance_result=res%231", [ANN_2]),
        ("recipient=BOB@example.com", [BOB_1]),
        ("job=copy&user=ann&status=sent", [ANN_0]),
        ("job=copy&user=ann&status=failed", []),
        ("from=2030-01-31T13:00:00Z&to=2030-01-31T15:00:00Z", [ANN_2, BOB_1]),
        ("order=sent_at&from=2030-01-31T15:00:00Z", [ANN_0]),
        ("to=2030-01-31", [BOB_3, ANN_2, BOB_1, ANN_0]),
        ("user=nobody", []),
    ],
)
def test_the_log_is_filtered_and_ordered_as_asked(tenant: Tenant, query: str, right: list[tuple[str, str]]) -> None:
    assert tenant.found(query) == right


def test_an_item_says_who_was_told_what_how_and_what_became_of_it(tenant: Tenant) -> None:
    [sent] = tenant("user=ann&status=sent").json["items"]

    assert sent == {
        "event": EVENTS[0],
        "event_type": "job_failed",
        "user": "ann",
        "recipient": "ann@example.com",
        "subject": "Nightly copy of the orders database failed",
        "status": "sent",
        "delivery": "immediate",
        "critical": False,
        "job": "copy",
        "compliance_result": None,
        "message": "msg_1",
        "digest": None,
        "error": None,
        "links": {"event": f"/v1/events/{EVENTS[0]}", "message": "/v1/messages/msg_1", "details": None},
        "created_at": "2030-01-31T12:00:00Z",
        "due_at": None,
        "sent_at": "2030-01-31T21:00:00Z",
    }


def test_what_failed_tells_why_and_what_waits_until_when(tenant: Tenant) -> None:
    [failed] = tenant("status=failed").json["items"]
    [waiting] = tenant("status=pending").json["items"]

    assert failed["error"] == "550 5.1.1 no such user"
    assert (waiting["delivery"], waiting["due_at"]) == ("digest", "2030-01-31T20:00:00Z")
    assert waiting["links"]["message"] is None


def test_pages_follow_each_other_in_either_order(tenant: Tenant) -> None:
    for order in ("created_at", "-sent_at"):
        first = tenant(f"order={order}&limit=1").json
        second = tenant(f"order={order}&limit=1&cursor={first['next_cursor']}").json

        whole = tenant(f"order={order}&limit=2").json
        assert first["items"] + second["items"] == whole["items"]


def test_a_cursor_of_another_order_is_refused(tenant: Tenant) -> None:
    cursor = tenant("order=sent_at&limit=1").json["next_cursor"]

    answer = tenant(f"order=created_at&cursor={cursor}")

    assert [error["field"] for error in answer.json["errors"]] == ["cursor"]


def test_all_that_is_wrong_in_a_query_is_told_at_once(tenant: Tenant) -> None:
    answer = tenant("status=lost&order=subject&recipient=nobody&from=yesterday&limit=0")

    assert answer.status == 422
    fields = {error["field"] for error in answer.json["errors"]}
    assert fields >= {"status", "order", "recipient", "from", "limit"}


def test_a_users_own_key_sees_its_own_alone(tenant: Tenant) -> None:
    assert tenant.found(caller=OF_ANN) == tenant.found("user=ann", caller=OF_ANN) == [ANN_2, ANN_0]
    assert tenant.found("user=bob", caller=OF_ANN) == tenant.found("recipient=bob@example.com", caller=OF_ANN) == []


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("", [ANN_2]),
        ("order=sent_at", []),
        ("from=2030-01-31", [ANN_2]),
        ("from=2030-01-31T15:00:00Z", []),
        ("order=sent_at&from=2030-01-31T15:00:00Z", []),
    ],
)
def test_a_users_own_key_sees_nothing_of_who_had_the_id_before(
    tenant: Tenant, query: str, right: list[tuple[str, str]]
) -> None:
    [ann] = tenant.users.get_many("ten_a", ["ann"]).values()
    tenant.users.delete(ann)
    tenant.users.put(a_user(created_at=NOON + HOUR), None)

    assert tenant.found(query, caller=OF_ANN) == right
    assert ANN_0 in tenant.found("user=ann")


def test_a_clock_that_is_ahead_hides_nothing_of_a_user_who_was_made_right_before(tenant: Tenant) -> None:
    [ann] = tenant.users.get_many("ten_a", ["ann"]).values()
    tenant.users.put(replace(ann, created_at=NOON + timedelta(seconds=2)), ann)

    assert tenant.found(caller=OF_ANN) == [ANN_2, ANN_0]


def test_the_key_of_a_user_who_is_gone_sees_nothing(tenant: Tenant) -> None:
    [ann] = tenant.users.get_many("ten_a", ["ann"]).values()
    tenant.users.delete(ann)

    assert tenant(caller=OF_ANN).status == 404


def test_another_tenant_sees_nothing_of_it(tenant: Tenant) -> None:
    assert tenant.found(caller=STRANGER) == tenant.found("user=ann", caller=STRANGER) == []
