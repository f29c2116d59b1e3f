"""What every store of mails must do, and the queue of requests: those in memory, and those in DynamoDB and SQS."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from postroom.errors import Unavailable
from postroom.ids import Seed
from postroom.mails.model import CoolDown, Kind, MailRequest, MailSettings
from postroom.mails.ports import CoolDowns, SettingsStore
from postroom.mails.queue import SqsRequests, read_request
from postroom.mails.store import ROWS, CoolDownRow, DynamoCoolDowns, DynamoMailSettings
from postroom.tokens.model import Purpose
from tests.fakes.mails import MemoryCoolDowns, MemoryMailSettings, MemoryRequests
from tests.fakes.tables import ENVIRONMENT, name_table, tables
from tests.fakes.time import NOON

CHANGED = MailSettings(
    origins=("http://localhost:3000", "https://app.example.com"),
    lifetimes={
        Purpose.EMAIL_VERIFICATION: timedelta(hours=2),
        Purpose.PASSWORD_RESET: timedelta(minutes=5),
        Purpose.INVITATION: timedelta(days=30),
        Purpose.NOTIFICATION_ADDRESS: timedelta(hours=3),
    },
    cool_down=CoolDown(per_minute=2, per_hour=9),
    revision=1,
)
WHO = ("ten_a", Kind.VERIFICATION, "hash")
ONE, TWO = {"msg_1": 1_900_000_000_000}, {"msg_1": 1_900_000_000_000, "msg_2": 1_900_000_060_000}


@pytest.fixture(params=["memory", "dynamodb"])
def settings(request: pytest.FixtureRequest) -> Iterator[SettingsStore]:
    if request.param == "memory":
        yield MemoryMailSettings()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DynamoMailSettings()


@pytest.fixture(params=["memory", "dynamodb"])
def counts(request: pytest.FixtureRequest) -> Iterator[CoolDowns]:
    if request.param == "memory":
        yield MemoryCoolDowns()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DynamoCoolDowns()


def test_a_tenant_that_never_said_anything_has_settings_and_no_origin(settings: SettingsStore) -> None:
    assert settings.get("ten_a") == MailSettings()
    assert settings.get("ten_a").origins == ()


def test_each_tenant_has_its_own_settings(settings: SettingsStore) -> None:
    assert settings.replace("ten_a", MailSettings(), CHANGED)

    assert settings.get("ten_a") == CHANGED
    assert settings.get("ten_b") == MailSettings()


def test_of_two_changes_of_settings_that_were_seen_the_second_is_refused(settings: SettingsStore) -> None:
    second = MailSettings(origins=("https://b.example",), revision=1)

    assert settings.replace("ten_a", MailSettings(), CHANGED)
    assert not settings.replace("ten_a", MailSettings(), second)
    assert settings.replace("ten_a", MailSettings(), CHANGED)  # its answer was lost

    assert settings.get("ten_a") == CHANGED
    assert settings.replace("ten_a", CHANGED, MailSettings(revision=2))
    assert not settings.replace("ten_a", CHANGED, replace(second, revision=2))
    assert settings.get("ten_a") == MailSettings(revision=2)


def test_counts_are_read_back_as_they_were_written(counts: CoolDowns) -> None:
    assert counts.get(*WHO) is None
    assert counts.replace(*WHO, None, ONE)
    assert counts.get(*WHO) == ONE
    assert counts.replace(*WHO, ONE, TWO)
    assert counts.get(*WHO) == TWO


def test_counts_are_replaced_as_they_were_seen_alone(counts: CoolDowns) -> None:
    assert not counts.replace(*WHO, ONE, TWO)
    counts.replace(*WHO, None, TWO)

    assert not counts.replace(*WHO, None, ONE)
    assert not counts.replace(*WHO, ONE, ONE)
    assert not counts.replace(*WHO, {"msg_1": 1, "msg_2": 2}, ONE)
    assert counts.get(*WHO) == TWO


@pytest.mark.parametrize(
    "other",
    [
        ("ten_b", Kind.VERIFICATION, "hash"),
        ("ten_a", Kind.WELCOME, "hash"),
        ("ten_a", Kind.VERIFICATION, "another hash"),
    ],
)
def test_each_tenant_kind_and_person_is_counted_alone(counts: CoolDowns, other: tuple[str, Kind, str]) -> None:
    counts.replace(*WHO, None, ONE)

    assert counts.get(*other) is None
    assert counts.replace(*other, None, TWO)
    assert counts.get(*WHO) == ONE


def test_a_count_goes_by_itself_a_day_after_the_last_one() -> None:
    with tables("directory"):
        name_table(ROWS, "directory")
        DynamoCoolDowns().replace(*WHO, None, ONE)
        DynamoCoolDowns().replace(*WHO, ONE, TWO)
        [row] = CoolDownRow.scan()

    assert row.ttl == 1_900_000_060 + 86_400


def a_request(email: str) -> MailRequest:
    return MailRequest("ten_a", Kind.PASSWORD_RESET, Seed.fresh(NOON), email=email, base_url="https://app.example.com")


def test_requests_wait_on_the_queue_as_they_were_put(subtests: pytest.Subtests) -> None:
    wanted = [a_request(f"{number}@example.com") for number in range(3)]
    with subtests.test("memory"):
        memory = MemoryRequests()
        for one in wanted:
            memory.put(one)
        assert memory.waiting == wanted

    with subtests.test("sqs"), patch.dict("os.environ", ENVIRONMENT), mock_aws():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="mails")["QueueUrl"]
        for one in wanted:
            SqsRequests(sqs, url).put(one)
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert {read_request(message["Body"]).id for message in received} == {one.id for one in wanted}


def test_a_queue_that_takes_nothing_says_so(subtests: pytest.Subtests) -> None:
    with subtests.test("memory"):
        memory = MemoryRequests()
        memory.down = True
        with pytest.raises(Unavailable):
            memory.put(a_request("ann@example.com"))

    with subtests.test("sqs"), patch.dict("os.environ", ENVIRONMENT), mock_aws(), pytest.raises(Unavailable):
        SqsRequests(boto3.client("sqs"), "https://sqs.eu-central-1.amazonaws.com/1/gone").put(
            a_request("a@example.com")
        )
