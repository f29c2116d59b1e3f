"""What SQS, CloudWatch and Lambda say of the queues and of this deployment."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from postroom.errors import Unavailable
from postroom.system.model import Age, Gauge
from postroom.system.ports import Lambda

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

_LOOKED_BACK = timedelta(minutes=10)
"""SQS tells its metrics every minute, a few minutes late."""

_MINUTE = 60
_ATTRIBUTES: "list[QueueAttributeNameType]" = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "VisibilityTimeout",
    "RedrivePolicy",
]
NOT_TOLD = "CloudWatch has no figure for it"


class CloudWatch(Protocol):
    """As much of its client as is used."""

    def get_metric_data(self, **request: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - boto3's own


class AwsGauges:
    def __init__(self, sqs: "SQSClient", cloudwatch: CloudWatch) -> None:
        self._sqs = sqs
        self._cloudwatch = cloudwatch

    def gauge(self, url: str) -> Gauge:
        try:
            found = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_ATTRIBUTES)["Attributes"]
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        return Gauge(
            visible=int(found["ApproximateNumberOfMessages"]),
            in_flight=int(found["ApproximateNumberOfMessagesNotVisible"]),
            delayed=int(found.get("ApproximateNumberOfMessagesDelayed", 0)),
            hidden_for=timedelta(seconds=int(found["VisibilityTimeout"])),
            dead_letters_url=_url_beside(url, found.get("RedrivePolicy")),
        )

    def ages(self, urls: Sequence[str], now: datetime) -> Mapping[str, Age]:
        queries = [_query(index, url) for index, url in enumerate(urls)]
        try:
            answer = self._cloudwatch.get_metric_data(
                MetricDataQueries=queries, StartTime=now - _LOOKED_BACK, EndTime=now, ScanBy="TimestampDescending"
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        told = {result["Id"]: result.get("Values") or [] for result in answer["MetricDataResults"]}
        return {url: _age(told.get(f"q{index}", [])) for index, url in enumerate(urls)}


class LambdaDeployments:
    """``function`` is the one that asks."""

    def __init__(self, client: Lambda, function: str) -> None:
        self._client = client
        self._function = function

    def deployed_at(self) -> datetime:
        try:
            told = self._client.get_function_configuration(FunctionName=self._function)["LastModified"]
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        return datetime.strptime(told, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)


def _query(index: int, url: str) -> dict[str, Any]:
    return {
        "Id": f"q{index}",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/SQS",
                "MetricName": "ApproximateAgeOfOldestMessage",
                "Dimensions": [{"Name": "QueueName", "Value": url.rpartition("/")[2]}],
            },
            "Period": _MINUTE,
            "Stat": "Maximum",
        },
    }


def _age(values: Sequence[float]) -> Age:
    return Age(timedelta(seconds=values[0])) if values else Age(None, NOT_TOLD)


def _url_beside(url: str, redrive_policy: str | None) -> str | None:
    """The queue of dead letters is one of the same account and region, and so its URL differs in the name alone."""
    if redrive_policy is None:
        return None
    name = json.loads(redrive_policy)["deadLetterTargetArn"].rpartition(":")[2]
    return f"{url.rpartition('/')[0]}/{name}"
