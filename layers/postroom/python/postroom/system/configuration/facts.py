"""What AWS says of this deployment."""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.secret_texts import Gone, translated
from postroom.system.configuration.ports import Listeners
from postroom.system.ports import Lambda

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

_NOT_FOUND = {"404", "NoSuchBucket"}
_OF_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu")


class Topics(Protocol):
    """As much of SNS's client as is used."""

    def get_topic_attributes(self, **request: Any) -> "Mapping[str, Any]": ...  # noqa: ANN401 - boto3's own


class AwsFacts:
    """``stack`` begins the names of the functions; ``queue`` is one that is asked for the time."""

    def __init__(  # noqa: PLR0913 - a client for each service that is asked
        self,
        *,
        dynamodb: "DynamoDBClient",
        s3: "S3Client",
        secrets: "SecretsManagerClient",
        sqs: "SQSClient",
        functions: Lambda,
        topics: Topics,
        stack: str,
        topic: str,
        queue: str,
        clock: Clock,
    ) -> None:
        self._dynamodb = dynamodb
        self._s3 = s3
        self._secrets = secrets
        self._sqs = sqs
        self._functions = functions
        self._topics = topics
        self._stack = stack
        self._topic = topic
        self._queue = queue
        self._clock = clock

    def lets_rows_go(self, table: str) -> bool:
        told = _answer(lambda: self._dynamodb.describe_time_to_live(TableName=table))
        return bool(told["TimeToLiveDescription"]["TimeToLiveStatus"] in {"ENABLED", "ENABLING"})

    def bucket_answers(self, bucket: str) -> bool:
        try:
            self._s3.head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_FOUND:
                return False
            raise Unavailable from error
        except BotoCoreError as error:
            raise Unavailable from error
        return True

    def may_run(self, worker: str) -> timedelta:
        name = f"{self._stack}-{worker}"
        return timedelta(
            seconds=_answer(lambda: self._functions.get_function_configuration(FunctionName=name))["Timeout"]
        )

    def listeners(self) -> Listeners:
        if not self._topic:
            return Listeners(0, 0)
        told = _answer(lambda: self._topics.get_topic_attributes(TopicArn=self._topic))["Attributes"]
        return Listeners(int(told.get("SubscriptionsConfirmed", 0)), int(told.get("SubscriptionsPending", 0)))

    def has_secret(self, name: str) -> bool:
        try:
            with translated():
                return "DeletedDate" not in self._secrets.describe_secret(SecretId=name)
        except Gone:
            return False

    def skew(self) -> timedelta:
        before = self._clock()
        told = _answer(lambda: self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"]))
        middle = before + (self._clock() - before) / 2
        date = told["ResponseMetadata"]["HTTPHeaders"].get("date")
        # A date has whole seconds, and half of one is missing on average.
        return middle - parsedate_to_datetime(date) - timedelta(seconds=0.5) if date else timedelta()

    def is_on_aws(self) -> bool:
        host = urlsplit(self._sqs.meta.endpoint_url).hostname or ""
        return host.endswith(_OF_AWS)


def _answer(ask: "Callable[[], Any]") -> Any:  # noqa: ANN401 - boto3's own
    try:
        return ask()
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error
