"""Messages over HTTP, on stores in memory."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postroom.idempotency.run_once import RunOnce
from postroom.ids import new_id
from postroom.messages.cancel import CancelMessage
from postroom.messages.find import FindMessages
from postroom.messages.model import Attempt, Message, Priority, RecipientStatus
from postroom.messages.resend import ResendMessage
from postroom.messages.routes import message_routes, resend_routes
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import a_message
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.sending import TENANT, FakeSender
from tests.fakes.time import NOON

LAMBDAS_LIMIT = 6 * 1024 * 1024
OPERATOR = Caller(TENANT, "key_a", Role.OPERATOR)


class Office:
    def __init__(self) -> None:
        self.sender = FakeSender()
        store, clock = self.sender.messages, self.sender.clock
        routes = Routes()
        message_routes(routes, self.sender.acceptor(), FindMessages(store), CancelMessage(store, lambda *_: None))
        resend_routes(routes, ResendMessage(store, self.sender.queues, clock))
        self.api = Api(routes, RunOnce(MemoryRecords(), clock), clock)

    def send(self, method: str, path: str, body: object = None, *, by: Caller = OPERATOR, **query: str) -> Answer:
        return send(self.api, authorised(request(method, path, body, query=query), by))

    def add(self, message: Message) -> Message:
        return self.sender.messages.add(message)


@pytest.fixture
def office() -> Office:
    return Office()


def size(answer: Answer) -> int:
    """Of the event that Lambda sends back."""
    return len(json.dumps({"body": answer.text}).encode())


def wrong(letter: str) -> dict[str, Any]:
    """With 50 faults, in fields whose names are the caller's."""
    names = [f"{letter * 34}{n}" for n in range(50)]
    return {"to": "ann@example.com", "subject": "s", "text": "t", **dict.fromkeys(names, 1)}


@pytest.mark.parametrize("letter", ["x", '"', "\\", "\x01", "ü", "\U0001f600"])
def test_the_answer_to_a_batch_that_is_all_wrong_can_leave(office: Office, letter: str) -> None:
    good = {"to": ["ann@example.com"], "subject": "s", "text": "t"}
    body = json.dumps({"messages": [good] + [wrong(letter)] * 499}, ensure_ascii=False)

    answer = office.send("POST", "/v1/messages/batch", body)

    assert answer.status == 202
    assert size(answer) < LAMBDAS_LIMIT
    assert "id" in answer.json["items"][0]
    assert len(office.sender.queues.sent) == 1


def test_of_many_faults_of_one_message_ten_are_named_and_the_rest_is_counted(office: Office) -> None:
    answer = office.send("POST", "/v1/messages/batch", {"messages": [wrong("\x01")]})

    error = answer.json["items"][0]["error"]
    assert len(error["errors"]) == 10
    assert error["detail"] == "Some fields are not valid; 40 more are not listed"


def an_old_one(number: int, letter: str) -> Message:
    """Tried for days, with all that a row can hold."""
    said = tuple(f"S: 250 2.1.5 Ok {line}" for line in range(100))
    attempt = Attempt(NOON, "acc_1", "busy", "rcpt", f"451 {letter * 400}", said)
    return a_message(
        id=new_id("msg", NOON + timedelta(seconds=number)),
        recipients={f"user{n}.{number}@example{n}.com": RecipientStatus.PENDING for n in range(50)},
        metadata={f"{letter * 60}{n}": letter * 500 for n in range(20)},
        attempts=(attempt,) * 20,
    )


@pytest.mark.parametrize("letter", ["x", "\U0001f600"])
def test_every_page_of_a_list_can_leave_and_nothing_is_left_out(office: Office, letter: str) -> None:
    messages = [office.add(an_old_one(number, letter)) for number in range(100)]

    listed: list[str] = []
    query: dict[str, Any] = {"limit": "100", "order": "created_at"}
    while True:
        answer = office.send("GET", "/v1/messages", **query)
        assert size(answer) < LAMBDAS_LIMIT
        listed += [item["id"] for item in answer.json["items"]]
        if answer.json["next_cursor"] is None:
            break
        query["cursor"] = answer.json["next_cursor"]

    assert listed == [message.id for message in messages]


def test_a_transcript_is_shown_with_its_message_and_not_in_a_list(office: Office) -> None:
    message = office.add(
        replace(an_old_one(1, "x"), attempts=(Attempt(NOON, "acc_1", "busy", "rcpt", "451", ("S: 1",)),))
    )

    [listed] = office.send("GET", "/v1/messages").json["items"]
    shown = office.send("GET", f"/v1/messages/{message.id}").json

    assert shown["attempts"][0]["transcript"] == ["S: 1"]
    assert "transcript" not in listed["attempts"][0]
    assert listed["attempts"][0]["reply"] == "451"


@pytest.mark.parametrize("text", ["x", "msg_", "msg_" + "0" * 1100, "acc_01hq3k00000000000000000000"])
def test_what_cannot_be_an_id_is_not_found_and_no_table_is_asked(office: Office, text: str) -> None:
    office.sender.messages.down = True

    answers = [
        office.send("GET", f"/v1/messages/{text}"),
        office.send("POST", f"/v1/messages/{text}/cancel"),
        office.send("POST", f"/v1/messages/{text}/resend"),
    ]

    assert [answer.status for answer in answers] == [404, 404, 404]


GOOD = {"to": "ann@example.com", "subject": "s", "text": "t"}
UP_TO_NORMAL = replace(OPERATOR, highest_priority=Priority.NORMAL)
UP_TO_LOW = replace(OPERATOR, highest_priority=Priority.LOW)


def test_a_priority_above_the_right_of_a_key_is_refused_by_its_field(office: Office) -> None:
    refused = office.send("POST", "/v1/messages", GOOD | {"priority": "high"}, by=UP_TO_NORMAL)
    two = office.send("POST", "/v1/messages", GOOD | {"priority": "high", "account_id": "acc_none"}, by=UP_TO_LOW)

    assert (refused.status, refused.fields) == (422, {"priority": "this key may send normal and low"})
    assert set(two.fields) == {"priority", "account_id"}
    assert office.sender.queues.sent == []


def test_in_a_batch_it_is_refused_of_its_message_alone(office: Office) -> None:
    messages = [GOOD | {"priority": priority} for priority in ("high", "normal", "low")]

    items = office.send("POST", "/v1/messages/batch", {"messages": messages}, by=UP_TO_NORMAL).json["items"]

    assert [sorted(item) for item in items] == [["error"], ["id", "status"], ["id", "status"]]
    assert items[0]["error"]["errors"] == [{"field": "priority", "message": "this key may send normal and low"}]


@pytest.mark.parametrize(
    ("by", "priority"),
    [(OPERATOR, "normal"), (UP_TO_NORMAL, "normal"), (UP_TO_LOW, "low")],
    ids=["high", "normal", "low"],
)
def test_a_message_that_does_not_say_is_as_urgent_as_its_key_may_be_up_to_normal(
    office: Office, by: Caller, priority: str
) -> None:
    message_id = office.send("POST", "/v1/messages", GOOD, by=by).json["id"]

    assert office.send("GET", f"/v1/messages/{message_id}").json["priority"] == priority
