"""The state of the system: which queues are watched, and what is asked about them."""

import platform
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib.metadata import version

from postroom.bootstrap import aws
from postroom.settings import Settings
from postroom.system.model import WatchedQueue
from postroom.system.status.gauges import AwsGauges, LambdaDeployments
from postroom.system.status.model import Versions
from postroom.version import VERSION

_LIBRARIES = (
    *("boto3", "pynamodb", "pydantic", "aws-lambda-powertools", "jinja2", "css-inline", "justhtml", "oauthlib"),
    *("cryptography", "tzdata"),
)


def watched_queues(settings: Settings) -> tuple[WatchedQueue, ...]:
    """All that have a worker. Their messages are too old when the alarms say so, too.

    Six times the worker's time is what AWS advises; a ticket of an import or a job comes alone.
    """
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    return (
        WatchedQueue("high", settings.queue_high_url, 5 * minute, "sender", at_least=6),
        WatchedQueue("normal", settings.queue_normal_url, 30 * minute, "sender", at_least=6),
        WatchedQueue("low", settings.queue_low_url, 12 * hour, "sender", at_least=6),
        WatchedQueue("mails", settings.mails_queue_url, 5 * minute, "mails", at_least=6),
        WatchedQueue("imports", settings.imports_queue_url, hour, "importer"),
        WatchedQueue("fan_out", settings.fan_out_queue_url, hour, "fan-out"),
    )


def build_gauges() -> AwsGauges:
    return AwsGauges(aws.sqs_briefly(), aws.cloudwatch())


def build_deployments(settings: Settings) -> LambdaDeployments:
    return LambdaDeployments(aws.functions(), f"{settings.stack}-api")


def versions_of(stage: str) -> Callable[[], Versions]:
    @cache
    def versions() -> Versions:
        # A file is opened for each.
        return Versions(VERSION, platform.python_version(), {name: version(name) for name in _LIBRARIES}, stage)

    return versions
