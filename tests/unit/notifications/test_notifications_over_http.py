"""Notifications and jobs over HTTP, on stores in memory."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from postroom.audit.model import Entries
from postroom.bootstrap.jobs import WORKS
from postroom.errors import Unavailable
from postroom.idempotency.run_once import RunOnce
from postroom.jobs.hand_out import HandOut
from postroom.jobs.model import Job
from postroom.jobs.routes import job_routes
from postroom.messages.model import Message, Priority, Status
from postroom.notifications.notify import Notify
from postroom.notifications.routes import notification_routes
from postroom.templates.model import Chosen, Reference, Source, Wanted
from postroom.templates.resolve import Unmet
from postroom.tenancy.model import Caller, Role
from postroom.users.manage import FindUsers
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import an_account
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.job_office import FOREVER, PORTION, TENANT, Office
from tests.fakes.sending import LIFETIMES
from tests.fakes.templates import PlainTemplates
from tests.fakes.time import NOON

OPERATOR = Caller(TENANT, "key_a", Role.OPERATOR)
VIEWER = Caller(TENANT, "key_v", Role.VIEWER)
STRANGER = Caller("ten_b", "key_b", Role.ADMIN)
HELLO = {"subject": "Hello", "message": "Read this."}


class Tenant:
    def __init__(self) -> None:
        self.office = office = Office()
        office.sender.templates.sources["notification"] = Source("{title}", None, "{name}: {message} {email_type}")
        office.sender.templates.sources["own"] = Source("Own", None, "{user[id]} {number}")
        accept = office.sender.acceptor()
        routes = Routes()
        notification_routes(routes, Notify(accept.look_up, LIFETIMES, office.start))
        job_routes(routes, office.find, office.progress, office.members, office.cancel)
        self._api = Api(routes, RunOnce(MemoryRecords(), office.clock), office.clock)
        office.run._hand_out = HandOut(FindUsers(office.users), office.find_messages, accept, WORKS)

    def __call__(
        self, method: str, path: str, body: object = None, *, caller: Caller = OPERATOR, key: str | None = None
    ) -> Answer:
        headers = {"Idempotency-Key": key} if key else {}
        path, _, text = path.partition("?")
        query = dict(parse_qsl(text))
        asked = request(method, f"/v1{path}", body, headers=headers, query=query)
        return send(self._api, authorised(asked, caller))

    def done(self, whom: str, **body: object) -> dict[str, Any]:
        answer = self("POST", f"/notifications/{whom}", HELLO | body)
        assert answer.status == 202, answer.text
        self.office.work_on()
        found: dict[str, Any] = self("GET", f"/jobs/{answer.json['id']}").json
        return found

    def messages(self) -> list[Message]:
        return self.office.messages.all_of(TENANT)


@pytest.fixture
def tenant() -> Tenant:
    return a_tenant()


def a_tenant() -> Tenant:
    tenant = Tenant()
    tenant.office.add(*range(5), user_type="staff", locale="de-AT")
    tenant.office.add(*range(5, 7), user_type="partner")
    return tenant


def test_users_get_a_message_each_that_says_what_it_belongs_to(tenant: Tenant) -> None:
    done = tenant.done("users", user_ids=["u001", "u005", "u001", "x"], email_type="alert", metadata={"a": "b"})

    told = {name: done[name] for name in ("kind", "title", "status", "total", "accepted", "queued", "skipped")}
    assert told == {
        "kind": "notification",
        "title": "Hello",
        "status": "done",
        "total": 3,
        "accepted": 2,
        "queued": 2,
        "skipped": 1,
    }
    assert done["skipped_by_reason"] == {"unknown_user": 1}
    for message in tenant.messages():
        assert message.metadata == {"a": "b", "email_type": "alert", "job_id": done["id"]}
        assert message.priority is Priority.NORMAL


def test_what_is_for_types_is_bulk_unless_it_says_otherwise(tenant: Tenant) -> None:
    tenant.done("user-types", user_types=["staff"])
    assert {message.priority for message in tenant.messages()} == {Priority.LOW}

    tenant.done("user-types", user_types=["partner"], priority="high")
    assert [message.priority for message in tenant.messages()].count(Priority.HIGH) == 2


@pytest.mark.parametrize(
    ("highest", "refused", "usual"),
    [
        (Priority.HIGH, [], [Priority.NORMAL, Priority.LOW]),
        (Priority.NORMAL, ["high"], [Priority.NORMAL, Priority.LOW]),
        (Priority.LOW, ["high", "normal"], [Priority.LOW, Priority.LOW]),
    ],
)
def test_nothing_is_more_urgent_than_its_key_may_send(
    tenant: Tenant, highest: Priority, refused: list[str], usual: list[Priority]
) -> None:
    caller = Caller(TENANT, "key_h", Role.OPERATOR, highest_priority=highest)
    asked = {"users": HELLO | {"user_ids": ["u001"]}, "user-types": HELLO | {"user_types": ["staff"]}}

    for whom, body in asked.items():
        for priority in Priority:
            answer = tenant("POST", f"/notifications/{whom}", body | {"priority": priority}, caller=caller)
            assert answer.status == (422 if priority in refused else 202)
            if priority in refused:
                assert [error["field"] for error in answer.json["errors"]] == ["priority"]
    tenant.office.work_on()
    assert {message.priority for message in tenant.messages()} == {one for one in Priority if one not in refused}

    for (whom, body), expected in zip(asked.items(), usual, strict=True):
        there = {message.id for message in tenant.messages()}
        assert tenant("POST", f"/notifications/{whom}", body, caller=caller).status == 202
        tenant.office.work_on()
        assert {message.priority for message in tenant.messages() if message.id not in there} == {expected}


def test_who_is_come_to_when_its_time_is_over_is_skipped(tenant: Tenant) -> None:
    body = HELLO | {"user_ids": ["u001", "u002"], "expires_at": (NOON + timedelta(minutes=5)).isoformat()}
    job_id = tenant("POST", "/notifications/users", body).json["id"]

    tenant.office.clock.advance(timedelta(minutes=5))
    tenant.office.work_on()

    done = tenant("GET", f"/jobs/{job_id}").json
    assert (done["status"], done["accepted"], done["skipped_by_reason"]) == ("done", 0, {"too_late": 2})
    assert tenant.messages() == []


def test_a_template_is_filled_with_the_user_and_what_the_sender_gives(tenant: Tenant) -> None:
    tenant.done("users", user_ids=["u001"], template="own", template_data={"number": 7, "user": "no", "name": "Boss"})

    [message] = tenant.messages()
    [content] = tenant.office.sender.contents.get_many([message]).values()
    filling = content.open().filling
    assert filling is not None
    assert filling.data == {
        "title": "Hello",
        "message": "Read this.",
        "email_type": "",
        "name": "Boss",
        "number": 7,
        "user": {
            "id": "u001",
            "email": "u001@example.com",
            "name": "Ann",
            "user_type": "staff",
            "locale": "de-AT",
            "attributes": {},
        },
    }


def test_what_a_message_can_be_asked_for_a_notification_can(tenant: Tenant) -> None:
    tenant.office.sender.add_account(an_account(id="acc_1", tenant_id=TENANT))
    at, end = NOON + timedelta(days=1), NOON + timedelta(days=2)

    tenant.done(
        "users",
        user_ids=["u001"],
        account_id="acc_1",
        strategy="sticky",
        send_at=at.isoformat(),
        expires_at=end.isoformat(),
        on_uncertain="resend",
        reply_to="Desk <desk@example.com>",
    )

    [message] = tenant.messages()
    assert (message.status, message.send_at, message.expires_at) == (Status.SCHEDULED, at, end)
    assert (message.account_id, message.strategy, message.on_uncertain) == ("acc_1", "sticky", "resend")
    [content] = tenant.office.sender.contents.get_many([message]).values()
    assert [mailbox.address for mailbox in content.open().reply_to] == ["desk@example.com"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"user_ids": []}, {"user_ids"}),
        ({"user_ids": ["ann", "no id"], "message": None, "priority": "urgent"}, {"user_ids", "message", "priority"}),
        ({"user_ids": "u001"}, {"user_ids"}),
        ({"user_ids": ["."]}, {"user_ids"}),
        ({"user_ids": [7]}, {"user_ids"}),
        ({"user_ids": ["u001"], "subject": "a\nb"}, {"subject"}),
        ({"user_ids": ["u001"], "message": ""}, {"message"}),
        ({"user_ids": ["u001"], "message": "\x00"}, {"message"}),
        ({"user_ids": ["u001"], "email_type": "x" * 65}, {"email_type"}),
        ({"user_ids": ["u001"], "template": "No Name"}, {"template"}),
        (
            {"user_ids": ["u001"], "template": "none", "account_id": "acc_9", "pool_id": "pool_9"},
            {"template", "account_id", "pool_id"},
        ),
        ({"user_ids": ["u001"], "send_at": "2031-01-31T12:00:00Z"}, {"send_at"}),
        ({"user_ids": ["u001"], "expires_at": "2030-01-31T11:00:00Z"}, {"expires_at"}),
        ({"user_ids": ["u001"], "metadata": {"job_id": "mine"}}, {"metadata.job_id.[key]"}),
        ({"user_ids": ["u001"], "metadata": {str(n): "" for n in range(19)}}, {"metadata"}),
        ({"user_ids": ["u001"], "user_types": ["staff"]}, {"user_types"}),
        ({"user_ids": ["u001"], "strategy": "best", "on_uncertain": "maybe"}, {"strategy", "on_uncertain"}),
        ({}, {"user_ids"}),
    ],
)
def test_all_that_is_wrong_is_told_at_once_and_nothing_is_begun(
    tenant: Tenant, body: dict[str, object], fields: set[str]
) -> None:
    answer = tenant("POST", "/notifications/users", HELLO | body)

    assert answer.status == 422
    assert {error["field"] for error in answer.json["errors"]} == fields
    assert tenant("GET", "/jobs").json["items"] == []
    assert tenant.office.tickets.waiting == []


@pytest.mark.parametrize("message", ["x" * 10_001, "x\n" * 501])
def test_a_message_that_the_built_in_template_would_cut_is_refused(tenant: Tenant, message: str) -> None:
    body = {"subject": "Hello", "message": message, "user_ids": ["u001"]}
    assert tenant("POST", "/notifications/users", body).status == 202  # the tenant's own of this name

    tenant.office.sender.templates.template_id = None

    answer = tenant("POST", "/notifications/users", body)
    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == ["message"]
    short = body | {"message": message[2:]}
    assert tenant("POST", "/notifications/users", short).status == 202
    assert tenant("POST", "/notifications/users", short | {"template_data": {"message": message}}).status == 422


def test_what_was_taken_is_not_refused_when_it_is_repeated(tenant: Tenant) -> None:
    body = HELLO | {"user_ids": ["u001"], "template": "own"}
    add = tenant.office.jobs.add

    def answer_is_lost(wanted: Job, entries: Entries = ()) -> Job:
        add(wanted, entries)
        raise Unavailable

    tenant.office.jobs.add = answer_is_lost  # type: ignore[method-assign]
    assert tenant("POST", "/notifications/users", body, key="k1").status == 503
    tenant.office.jobs.add = add  # type: ignore[method-assign]
    del tenant.office.sender.templates.sources["own"]

    assert tenant("POST", "/notifications/users", body, key="k1").status == 202
    assert tenant("POST", "/notifications/users", body, key="k2").status == 422
    assert len(tenant("GET", "/jobs").json["items"]) == 1


@pytest.mark.parametrize("types", [[], ["-"], "staff", [None], ["x"] * 51])
def test_types_that_can_be_nobodys_are_refused(tenant: Tenant, types: object) -> None:
    assert tenant("POST", "/notifications/user-types", HELLO | {"user_types": types}).status == 422


def test_what_is_not_known_of_a_title_is_the_senders_word_for_it_or_the_template(tenant: Tenant) -> None:
    own: dict[str, Any] = {"subject": None, "message": None, "user_ids": ["u001"], "template": "own"}

    assert tenant.done("users", **own)["title"] == "own"
    assert tenant.done("users", **own, email_type="alert")["title"] == "alert"


def test_a_template_that_has_variants_for_some_alone_is_taken_and_the_others_are_skipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def for_german(_: PlainTemplates, _tenant_id: str, wanted: Iterable[Wanted]) -> Mapping[Wanted, Chosen | str]:
        chosen = Chosen(Reference("own", "tpl_1", 1), "Own")
        return {one: chosen if one.locale == "de-AT" else Unmet.UNFITTING for one in wanted}

    monkeypatch.setattr(PlainTemplates, "serve", for_german)
    tenant = a_tenant()

    done = tenant.done("user-types", user_types=["staff", "partner"], template="own")

    assert (done["accepted"], done["skipped_by_reason"]) == (5, {"no_template": 2})


def test_a_repeated_request_is_one_job(tenant: Tenant) -> None:
    body = HELLO | {"user_ids": ["u001"]}

    first, again = (tenant("POST", "/notifications/users", body, key="k") for _ in range(2))
    tenant.office.work_on()

    assert (first.status, again.json) == (202, first.json)
    assert len(tenant.messages()) == 1
    assert tenant("POST", "/notifications/users", body | {"subject": "Other"}, key="k").status == 422


def test_viewers_see_jobs_and_begin_none(tenant: Tenant) -> None:
    job_id = tenant.done("users", user_ids=["u001"])["id"]

    assert tenant("POST", "/notifications/users", HELLO | {"user_ids": ["u001"]}, caller=VIEWER).status == 403
    assert tenant("POST", "/notifications/user-types", HELLO | {"user_types": ["a"]}, caller=VIEWER).status == 403
    assert tenant("POST", f"/jobs/{job_id}/cancel", caller=VIEWER).status == 403
    for path in ("/jobs", f"/jobs/{job_id}", f"/jobs/{job_id}/messages", f"/jobs/{job_id}/skipped"):
        assert tenant("GET", path, caller=VIEWER).status == 200


@pytest.mark.parametrize("path", ["", "/messages", "/skipped", "/cancel"])
def test_a_strangers_job_a_missing_one_and_what_is_no_id_are_the_same(tenant: Tenant, path: str) -> None:
    job_id = tenant.done("users", user_ids=["u001"])["id"]
    method = "POST" if path == "/cancel" else "GET"
    asked = [(job_id, STRANGER), ("job_" + "0" * 26, OPERATOR), ("job_x", OPERATOR)]

    answers = [tenant(method, f"/jobs/{one}{path}", caller=caller) for one, caller in asked]

    assert [answer.status for answer in answers] == [404] * 3
    assert len({answer.json["detail"] for answer in answers}) == 1


def test_jobs_their_messages_and_the_skipped_are_listed_page_by_page(tenant: Tenant) -> None:
    job_id = tenant.done("users", user_ids=["u001", "x", "u002", "y", "u003", "u004"])["id"]

    first = tenant("GET", f"/jobs/{job_id}/messages?limit=3").json
    second = tenant("GET", f"/jobs/{job_id}/messages?limit=3&cursor={first['next_cursor']}").json
    skipped = tenant("GET", f"/jobs/{job_id}/skipped?limit=1").json

    assert [item["user_id"] for item in (*first["items"], *second["items"])] == ["u001", "u002", "u003", "u004"]
    assert {item["message_id"] for item in (*first["items"], *second["items"])} == {one.id for one in tenant.messages()}
    assert (skipped["items"], second["next_cursor"]) == ([{"user_id": "x", "reason": "unknown_user"}], None)
    assert tenant("GET", f"/jobs/{job_id}/messages?status=sent").json["items"] == []
    assert tenant("GET", f"/jobs/{job_id}/skipped?cursor={first['next_cursor']}").status == 422
    assert tenant("GET", f"/jobs/{job_id}/messages?status=lost").status == 422


def test_a_job_is_cancelled_over_http(tenant: Tenant) -> None:
    job_id = tenant.done("users", user_ids=[f"u{number:03}" for number in range(PORTION + 1)])["id"]

    answer = tenant("POST", f"/jobs/{job_id}/cancel")
    tenant.office.work_on(FOREVER)
    tenant.office.clock.advance(timedelta(minutes=1))

    assert (answer.status, answer.json["status"]) == (202, "cancelling")
    shown = tenant("GET", f"/jobs/{job_id}").json
    assert (shown["status"], shown["cancelled"], shown["queued"]) == ("cancelled", PORTION + 1, 0)
    assert shown["counted_at"] == "2030-01-31T12:01:00Z"
