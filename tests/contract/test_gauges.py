"""What SQS, CloudWatch and Lambda are asked, against their like in this process."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from postroom.errors import Unavailable
from postroom.system.model import Age, Gauge
from postroom.system.status.gauges import NOT_TOLD, AwsGauges, LambdaDeployments
from tests.fakes.tables import ENVIRONMENT

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield boto3.client("sqs")


def made(sqs: Any, name: str, **attributes: str) -> str:  # noqa: ANN401 - a boto3 client
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def gauges(sqs: Any) -> AwsGauges:  # noqa: ANN401 - a boto3 client
    return AwsGauges(sqs, boto3.client("cloudwatch"))


def test_a_queue_is_gauged_with_what_waits_what_is_handled_and_what_is_delayed(sqs: Any) -> None:  # noqa: ANN401
    url = made(sqs, "high", VisibilityTimeout="370")
    for delay in (0, 0, 0, 60):
        sqs.send_message(QueueUrl=url, MessageBody="…", DelaySeconds=delay)
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)

    assert gauges(sqs).gauge(url) == Gauge(2, 1, 1, timedelta(seconds=370), None)


def test_its_dead_letters_are_found(sqs: Any) -> None:  # noqa: ANN401
    dead = made(sqs, "dead")
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    url = made(sqs, "high", RedrivePolicy=json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "5"}))

    assert gauges(sqs).gauge(url).dead_letters_url == dead


def test_a_queue_that_is_not_there_does_not_answer(sqs: Any) -> None:  # noqa: ANN401
    with pytest.raises(Unavailable):
        gauges(sqs).gauge("https://sqs.eu-central-1.amazonaws.com/123456789012/none")


def test_ages_are_the_latest_that_cloudwatch_has(sqs: Any) -> None:  # noqa: ANN401
    urls, now = [made(sqs, name) for name in ("high", "low")], datetime.now(UTC)
    for ago, seconds in ((6, 30.0), (3, 90.0)):
        boto3.client("cloudwatch").put_metric_data(
            Namespace="AWS/SQS",
            MetricData=[
                {
                    "MetricName": "ApproximateAgeOfOldestMessage",
                    "Dimensions": [{"Name": "QueueName", "Value": "high"}],
                    "Timestamp": now - ago * MINUTE,
                    "Value": seconds,
                }
            ],
        )

    told = gauges(sqs).ages(urls, now)

    assert told == {urls[0]: Age(timedelta(seconds=90)), urls[1]: Age(None, NOT_TOLD)}


class FakeLambda:
    def get_function_configuration(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's own
        assert request == {"FunctionName": "postroom-api"}
        return {"LastModified": "2026-11-20T10:11:12.345+0000"}


def test_the_time_of_the_deployment_is_read_as_lambda_writes_it() -> None:
    told = LambdaDeployments(FakeLambda(), "postroom-api").deployed_at()

    assert told == datetime(2026, 11, 20, 10, 11, 12, 345_000, UTC)
