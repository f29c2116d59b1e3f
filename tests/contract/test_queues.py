"""What every set of queues must do, the one in memory and SQS."""

import json
import threading
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from postroom.messages.model import Priority
from postroom.messages.ports import DeadLetter, Departure, Queues, Ticket
from postroom.messages.queue import SqsDeadLetters, SqsQueues, read_payload
from tests.fakes.messages import MemoryQueues
from tests.fakes.tables import ENVIRONMENT


@pytest.fixture
def urls() -> Iterator[dict[Priority, str]]:
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        sqs = boto3.client("sqs")
        yield {priority: sqs.create_queue(QueueName=priority)["QueueUrl"] for priority in Priority}


@pytest.fixture(params=["memory", "sqs"])
def queues(request: pytest.FixtureRequest, urls: dict[Priority, str]) -> MemoryQueues | SqsQueues:
    return MemoryQueues() if request.param == "memory" else SqsQueues(boto3.client("sqs"), urls)


def departures(count: int, priority: Priority = Priority.NORMAL) -> list[Departure]:
    return [Departure(Ticket("ten_a", f"msg_{number}"), priority) for number in range(count)]


def test_everything_is_taken_however_much_it_is(queues: Queues) -> None:
    assert queues.send(departures(35) + departures(2, Priority.HIGH)) == []


def test_nothing_to_send_is_no_error(queues: Queues) -> None:
    assert queues.send([]) == []


def test_a_queue_is_as_deep_as_it_holds_messages(queues: MemoryQueues | SqsQueues) -> None:
    queues.send(departures(12) + departures(2, Priority.HIGH))

    assert [queues.depth(priority) for priority in Priority] == [2, 12, 0]


def test_what_a_sender_has_and_has_not_finished_is_in_the_depth(urls: dict[Priority, str]) -> None:
    sqs = boto3.client("sqs")
    queues = SqsQueues(sqs, urls)
    queues.send(departures(3))

    sqs.receive_message(QueueUrl=urls[Priority.NORMAL], MaxNumberOfMessages=2)

    assert queues.depth(Priority.NORMAL) == 3


def test_each_priority_has_its_queue_and_carries_ids_only(urls: dict[Priority, str]) -> None:
    sqs = boto3.client("sqs")
    SqsQueues(sqs, urls).send(departures(1, Priority.HIGH))

    [message] = sqs.receive_message(QueueUrl=urls[Priority.HIGH])["Messages"]

    assert json.loads(message["Body"]) == {"tenant_id": "ten_a", "message_id": "msg_0"}
    assert "Messages" not in sqs.receive_message(QueueUrl=urls[Priority.NORMAL])


def test_ten_share_a_request_and_requests_are_not_made_one_after_the_other(urls: dict[Priority, str]) -> None:
    sqs = boto3.client("sqs")
    entries: list[int] = []
    threads: set[int] = set()
    together = threading.Barrier(4)

    def seen(params: dict[str, Any], **_: object) -> None:
        entries.append(len(params["Entries"]))
        threads.add(threading.get_ident())
        together.wait(timeout=10)

    sqs.meta.events.register("before-parameter-build.sqs.SendMessageBatch", seen)

    assert SqsQueues(sqs, urls).send(departures(23) + departures(10, Priority.HIGH)) == []
    assert sorted(entries) == [3, 10, 10, 10]
    assert len(threads) == 4


def test_a_queue_is_drained_when_nothing_is_visible(urls: dict[Priority, str]) -> None:
    sqs = boto3.client("sqs")
    queues = SqsQueues(sqs, urls)
    assert queues.is_drained(Priority.LOW)

    queues.send(departures(1, Priority.LOW))
    assert not queues.is_drained(Priority.LOW)

    sqs.receive_message(QueueUrl=urls[Priority.LOW])
    assert queues.is_drained(Priority.LOW)


def test_a_queue_that_does_not_answer_gives_back_what_it_did_not_take(urls: dict[Priority, str]) -> None:
    broken = SqsQueues(boto3.client("sqs"), {**urls, Priority.HIGH: f"{urls[Priority.HIGH]}-gone"})
    sent = departures(12, Priority.HIGH) + departures(3)

    assert broken.send(sent) == sent[:12]


def test_what_a_queue_refuses_for_a_moment_is_sent_once_more(urls: dict[Priority, str]) -> None:
    sqs = boto3.client("sqs")
    answers: list[list[str]] = []

    def refuse_two(parsed: dict[str, Any], **_: object) -> None:
        taken = parsed["Successful"]
        answers.append([each["Id"] for each in taken])
        if len(answers) == 1:
            parsed["Failed"] = [
                {"Id": each["Id"], "SenderFault": False, "Code": "InternalError"} for each in taken[3:5]
            ]

    sqs.meta.events.register("after-call.sqs.SendMessageBatch", refuse_two)

    assert SqsQueues(sqs, urls).send(departures(10)) == []
    assert [len(answer) for answer in answers] == [10, 2]


def test_dead_letters_are_received_and_removed(urls: dict[Priority, str]) -> None:
    sqs, url = boto3.client("sqs"), urls[Priority.LOW]
    SqsQueues(sqs, urls).send(departures(3, Priority.LOW))
    sqs.send_message(QueueUrl=url, MessageBody="not ours")
    dead = SqsDeadLetters(sqs, url)

    letters: list[DeadLetter] = []
    while batch := dead.receive():
        letters += batch
    dead.remove([letter for letter in letters if letter.ticket])

    assert {letter.ticket.message_id if letter.ticket else None for letter in letters} == {
        "msg_0",
        "msg_1",
        "msg_2",
        None,
    }
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"])
    assert attributes["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "1"


def test_a_payload_that_is_not_ours_is_told_apart() -> None:
    odd = ("", "[]", "{}", "no json", '{"tenant_id": "t"}', '{"tenant_id": {}, "message_id": []}', "[" * 100_000)
    long = json.dumps({"tenant_id": "t" * 3000, "message_id": "m"})
    for body in (*odd, long, '{"tenant_id": "\\ud800", "message_id": "m"}'):
        with pytest.raises(ValueError, match="not a payload"):
            read_payload(body)
