"""What AWS is asked about a deployment, against its like in this process."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from postroom.clock import system_clock
from postroom.errors import Unavailable
from postroom.secret_texts import SecretTexts
from postroom.system.configuration.facts import AwsFacts
from postroom.system.configuration.ports import Listeners
from tests.fakes.tables import ENVIRONMENT, shape


class FakeLambda:
    def get_function_configuration(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's own
        if request != {"FunctionName": "postroom-sender"}:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetFunctionConfiguration")
        return {"Timeout": 60}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield


def facts() -> AwsFacts:
    sqs = boto3.client("sqs")
    return AwsFacts(
        dynamodb=boto3.client("dynamodb"),
        s3=boto3.client("s3"),
        secrets=boto3.client("secretsmanager"),
        sqs=sqs,
        functions=FakeLambda(),
        topics=FakeTopics(),
        stack="postroom",
        topic="",
        queue=sqs.create_queue(QueueName="high")["QueueUrl"],
        clock=system_clock,
    )


@pytest.mark.usefixtures("aws")
def test_a_table_tells_whether_it_lets_rows_go() -> None:
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(TableName="messages", BillingMode="PAY_PER_REQUEST", **shape("messages"))
    assert facts().lets_rows_go("messages") is False

    specification = {"AttributeName": "ttl", "Enabled": True}
    dynamodb.update_time_to_live(TableName="messages", TimeToLiveSpecification=specification)

    assert facts().lets_rows_go("messages")
    with pytest.raises(Unavailable):
        facts().lets_rows_go("none")


@pytest.mark.usefixtures("aws")
def test_a_bucket_is_there_or_not() -> None:
    boto3.client("s3").create_bucket(
        Bucket="contents", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )

    assert facts().bucket_answers("contents")
    assert not facts().bucket_answers("none-of-ours")


@pytest.mark.usefixtures("aws")
def test_a_worker_is_known_by_the_stack() -> None:
    assert facts().may_run("sender") == timedelta(seconds=60)
    with pytest.raises(Unavailable):
        facts().may_run("none")


class FakeTopics:
    """moto counts nobody."""

    def get_topic_attributes(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's own
        assert request == {"TopicArn": "arn:alarms"}
        return {"Attributes": {"SubscriptionsConfirmed": "2", "SubscriptionsPending": "1"}}


def test_who_listens_to_alarms_is_counted() -> None:
    assert told_by(Dated(datetime.now(UTC)), topic="arn:alarms").listeners() == Listeners(confirmed=2, pending=1)
    assert told_by(Dated(datetime.now(UTC)), topic="").listeners() == Listeners(0, 0)


@pytest.mark.usefixtures("aws")
def test_a_secret_is_there_until_it_is_on_its_way_out() -> None:
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name="sealing", SecretString="…")
    assert facts().has_secret("sealing")
    assert not facts().has_secret("none")

    secrets.delete_secret(SecretId="sealing", RecoveryWindowInDays=7)

    assert not facts().has_secret("sealing")


@pytest.mark.usefixtures("aws")
def test_an_accounts_secret_is_there_by_its_version_until_it_is_on_its_way_out() -> None:
    texts = SecretTexts(boto3.client("secretsmanager"), "postroom/test/")
    assert not texts.holds("ten_a", "acc_1", "v1")
    version = texts.store("ten_a", "acc_1", "secret")

    assert texts.holds("ten_a", "acc_1", version)
    assert not texts.holds("ten_a", "acc_1", "00000000-0000-0000-0000-000000000000")
    assert not texts.holds("ten_b", "acc_1", version)
    texts.forget("ten_a", "acc_1")
    assert not texts.holds("ten_a", "acc_1", version)


class Dated:
    """SQS as it tells the time; moto does not."""

    def __init__(self, date: datetime, endpoint: str = "https://sqs.eu-central-1.amazonaws.com") -> None:
        self.meta = type("Meta", (), {"endpoint_url": endpoint})
        self._date = date

    def get_queue_attributes(self, **_: object) -> dict[str, Any]:
        return {"ResponseMetadata": {"HTTPHeaders": {"date": f"{self._date:%a, %d %b %Y %H:%M:%S GMT}"}}}


def told_by(sqs: Any, topic: str = "") -> AwsFacts:  # noqa: ANN401 - a client
    rest: dict[str, Any] = dict.fromkeys(("dynamodb", "s3", "secrets", "functions", "stack", "queue"))
    half_past = datetime(2026, 11, 20, 12, 0, 0, 500_000, UTC)
    return AwsFacts(sqs=sqs, topics=FakeTopics(), topic=topic, clock=lambda: half_past, **rest)


def test_the_clock_is_held_against_the_date_of_an_answer() -> None:
    assert told_by(Dated(datetime(2026, 11, 20, 12, tzinfo=UTC))).skew() == timedelta()
    assert told_by(Dated(datetime(2026, 11, 20, 11, 59, tzinfo=UTC))).skew() == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("endpoint", "is_aws"),
    [
        ("https://sqs.eu-central-1.amazonaws.com", True),
        ("https://sqs.cn-north-1.amazonaws.com.cn", True),
        ("http://localhost:4566", False),
        ("https://amazonaws.com.acme.com", False),
    ],
)
def test_aws_is_known_by_where_it_answers(endpoint: str, *, is_aws: bool) -> None:
    assert told_by(Dated(datetime.now(UTC), endpoint)).is_on_aws() is is_aws
