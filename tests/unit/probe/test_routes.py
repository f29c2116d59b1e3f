"""Tests over HTTP: who may, what is answered, and what is never in it."""

from typing import Any

import pytest

from postroom.accounts.model import AccountStatus
from postroom.delivery.model import Security
from postroom.idempotency.model import HEADER
from postroom.idempotency.run_once import RunOnce
from postroom.messages.model import Priority
from postroom.messages.ports import Ticket
from postroom.probe.mail import SendTestMail
from postroom.probe.routes import mail_test_routes, probe_routes
from postroom.probe.try_all import TryAll
from postroom.templates.model import Source
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.fakes.audit import MemoryAuditLog
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.probing import CERTIFICATE, HOST, PASSWORD, USERS, Owner
from tests.fakes.sending import FakeSender
from tests.fakes.time import FakeClock
from tests.faults.smtp_server import SmtpServer

ADMIN = Caller("ten_a", "key_a", Role.ADMIN)
STRANGER = Caller("ten_b", "key_b", Role.ADMIN)
TEST, ALL, MAIL = (
    "/v1/accounts/acc_1/test-connection",
    "/v1/accounts/test-connections",
    "/v1/accounts/acc_1/test-email",
)
TEST_EMAIL = Source("Test of {account_email}", None, "Sent at {sent_at} through {host}")
TO_ANN = {"recipient_email": "ann@example.org"}


class Desk:
    """The API over an owner's accounts."""

    def __init__(self) -> None:
        self.owner, routes, clock = Owner(), Routes(), FakeClock()
        self.sender = FakeSender(accounts=self.owner.store)
        self.sender.templates.sources["test_email"] = TEST_EMAIL
        tries = self.owner.tries()
        probe_routes(routes, self.owner.find, tries, TryAll(self.owner.find, tries))
        mail_test_routes(routes, SendTestMail(self.owner.find, self.sender.acceptor(), MemoryAuditLog().write))
        self._api = Api(routes, RunOnce(MemoryRecords(), clock), clock)

    def __call__(self, path: str, body: object = None, *, caller: Caller = ADMIN, **more: Any) -> Answer:  # noqa: ANN401 - of a request
        return send(self._api, authorised(request("POST", path, body, **more), caller))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_test_tells_each_step_with_what_an_owner_wants_to_know(desk: Desk) -> None:
    offers = ("SIZE 35882577", "8BITMIME", "SMTPUTF8", "X-EXPLOIT")
    with SmtpServer(context=CERTIFICATE.server_context(), users=USERS, extensions=offers, chunking=True) as server:
        desk.owner.has(server.port, status=AccountStatus.PENDING)
        answer = desk(TEST)

    assert answer.status == 200
    body = answer.json
    assert (body["success"], body["tested"], body["account_email"]) == (True, True, "sales@example.com")
    assert (body["account_id"], body["account_status"]) == ("acc_1", "active")
    assert body["message"] == "The connection works, and the account is active"
    steps = {step["name"]: step for step in body["steps"]}
    assert list(steps) == ["dns", "tcp", "greeting", "starttls", "tls", "ehlo", "auth"]
    assert steps["tls"]["protocol"] == "TLSv1.3"
    assert steps["tls"]["certificate"]["names"] == [HOST]
    assert steps["tls"]["certificate"]["expires_at"].endswith("Z")
    assert steps["ehlo"]["extensions"] == ["SIZE 35882577", "CHUNKING", "8BITMIME", "SMTPUTF8"]
    assert steps["ehlo"]["mechanisms"] == ["PLAIN", "LOGIN"]
    assert all(step["ok"] is True and step["milliseconds"] >= 0 for step in body["steps"])


def test_a_test_that_fails_is_answered_all_the_same_with_cause_and_remedy(desk: Desk) -> None:
    with SmtpServer(context=CERTIFICATE.server_context(), users=USERS) as server:
        desk.owner.has(server.port, password="pa55word-of-nobody", status=AccountStatus.PENDING)
        answer = desk(TEST)

    assert answer.status == 200
    body = answer.json
    auth = body["steps"][-1]
    assert (body["success"], body["account_status"]) == (False, "pending")
    assert (auth["name"], auth["ok"], auth["cause"]) == ("auth", False, "wrong_password")
    assert auth["detail"] == "535 5.7.8 wrong user or password"
    assert auth["remedy"] in body["message"]
    assert auth["source"].startswith("https://")
    assert "pa55word" not in answer.text


def test_steps_behind_the_one_that_failed_are_there_as_not_tried(desk: Desk) -> None:
    with SmtpServer(context=CERTIFICATE.server_context(), users=USERS) as server:
        desk.owner.has(server.port, Security.IMPLICIT)
        steps = desk(TEST).json["steps"]

    assert [(step["name"], step["ok"]) for step in steps] == [
        ("dns", True),
        ("tcp", True),
        ("tls", False),
        ("greeting", None),
        ("ehlo", None),
        ("auth", None),
    ]
    assert steps[-1]["detail"] == "Not tried"
    assert steps[-1]["extensions"] is steps[-1]["cause"] is None


def test_all_active_accounts_are_tested_page_by_page(desk: Desk) -> None:
    with SmtpServer(context=CERTIFICATE.server_context(), users=USERS) as server:
        for number in range(3):
            desk.owner.has(server.port, account_id=f"acc_{number}")
        first = desk(ALL, query={"limit": "2"}).json
        second = desk(ALL, query={"limit": "2", "cursor": first["next_cursor"]}).json

    assert [item["account_id"] for item in first["items"] + second["items"]] == ["acc_0", "acc_1", "acc_2"]
    assert all(item["success"] for item in first["items"] + second["items"])
    assert second["next_cursor"] is None
    assert desk(ALL, query={"cursor": "bm9uc2Vuc2U"}).status == 422
    assert desk(ALL, query={"limit": "0"}).status == 422


@pytest.mark.parametrize(("path", "body"), [(TEST, None), (MAIL, TO_ANN)])
def test_another_tenants_account_and_one_that_is_not_there_are_answered_alike(
    desk: Desk, path: str, body: object
) -> None:
    desk.owner.has(587)

    strangers = desk(path, body, caller=STRANGER)
    missing = desk(path.replace("acc_1", "acc_nobody"), body)

    assert strangers.status == missing.status == 404
    assert strangers.json | {"request_id": ""} == missing.json | {"request_id": ""}


@pytest.mark.parametrize("path", [TEST, ALL, MAIL])
def test_only_an_admin_may(desk: Desk, path: str) -> None:
    desk.owner.has(587)

    assert desk(path, TO_ANN, caller=Caller("ten_a", "key_o", Role.OPERATOR)).status == 403


def test_a_test_mail_goes_the_way_of_every_message(desk: Desk) -> None:
    desk.owner.has(587)

    answer = desk(MAIL, TO_ANN)

    assert answer.status == 202
    assert answer.json["status"] == "queued"
    message = desk.sender.messages.get("ten_a", answer.json["id"])
    assert message is not None
    assert (message.account_id, message.priority) == ("acc_1", Priority.HIGH)
    assert list(message.recipients) == ["ann@example.org"]
    assert desk.sender.queues.take_all() == [Ticket("ten_a", message.id)]


def test_a_test_mail_that_is_asked_for_twice_with_one_key_is_one(desk: Desk) -> None:
    desk.owner.has(587)

    answers = [desk(MAIL, TO_ANN, headers={HEADER: "once"}) for _ in range(3)]

    assert len({answer.json["id"] for answer in answers}) == 1
    assert len(desk.sender.queues.take_all()) == 1


@pytest.mark.parametrize(
    ("status", "what_to_do"),
    [
        (AccountStatus.PENDING, "POST /v1/accounts/acc_1/test-connection"),
        (AccountStatus.INACTIVE, "POST /v1/accounts/acc_1/resume"),
        (AccountStatus.ERROR, "correct it"),
    ],
)
def test_an_account_that_may_not_send_says_what_to_do_first(desk: Desk, status: AccountStatus, what_to_do: str) -> None:
    desk.owner.has(587, status=status)

    answer = desk(MAIL, TO_ANN)

    assert answer.status == 409
    assert what_to_do in answer.json["detail"]
    assert desk.sender.queues.take_all() == []


@pytest.mark.parametrize("body", [{}, {"recipient_email": "no"}, TO_ANN | {"subject": "Buy"}, None])
def test_a_test_mail_to_nobody_is_refused(desk: Desk, body: object) -> None:
    desk.owner.has(587)

    assert desk(MAIL, body).status == 422


def test_no_answer_has_the_password(desk: Desk) -> None:
    with SmtpServer(context=CERTIFICATE.server_context(), users=USERS) as server:
        desk.owner.has(server.port)
        texts = [desk(TEST).text, desk(ALL).text, desk(MAIL, TO_ANN).text]

    assert not any(PASSWORD in text for text in texts)
