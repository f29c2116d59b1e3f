"""Messages, their contents and their queues, and what puts them there."""

from typing import TYPE_CHECKING

from postroom.accounts.reserve import VoidBookings
from postroom.bootstrap import aws
from postroom.bootstrap.accounts import build_accounts
from postroom.bootstrap.observing import meter
from postroom.clock import system_clock
from postroom.messages.content import DynamoContents
from postroom.messages.model import Priority
from postroom.messages.observed import ObservedMessages, ObservedQueues
from postroom.messages.ports import MessageStore
from postroom.messages.queue import SqsQueues
from postroom.messages.release import Release
from postroom.messages.rows import ROWS
from postroom.messages.store import DynamoMessages
from postroom.messages.untaken import PutAsideUntaken
from postroom.messages.wake import WakeWaiting
from postroom.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


def build_messages(settings: Settings) -> ObservedMessages:
    aws.name(ROWS, settings.messages_table)
    return ObservedMessages(DynamoMessages(settings.retention), meter(), system_clock)


def build_contents(settings: Settings) -> DynamoContents:
    aws.name(ROWS, settings.messages_table)
    return DynamoContents(aws.s3(), settings.content_bucket, settings.inline_content_limit)


def build_queues(settings: Settings, sqs: "SQSClient | None" = None) -> SqsQueues:
    urls = {
        Priority.HIGH: settings.queue_high_url,
        Priority.NORMAL: settings.queue_normal_url,
        Priority.LOW: settings.queue_low_url,
    }
    return SqsQueues(sqs or aws.sqs(), urls)


def build_sure_queues(settings: Settings, store: MessageStore) -> PutAsideUntaken:
    return PutAsideUntaken(ObservedQueues(build_queues(settings)), store, system_clock)


def build_wake(settings: Settings) -> WakeWaiting:
    store = build_messages(settings)
    release = Release(store, build_sure_queues(settings, store), system_clock)
    return WakeWaiting(store, release, VoidBookings(build_accounts(settings)), system_clock)
