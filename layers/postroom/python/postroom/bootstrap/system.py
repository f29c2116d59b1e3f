"""The state of the system: which queues are watched, and what is asked about them."""

import platform
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib.metadata import version

from postroom.bootstrap import aws
from postroom.settings import Settings
from postroom.system.model import Guide, WatchedQueue
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
    mail, requests = (Guide.OLD_MAIL, Guide.DEAD_LETTERS), (Guide.OLD_REQUESTS, Guide.DEAD_LETTERS_OF_MAILS)
    imports, jobs = (Guide.OLD_IMPORTS, Guide.DEAD_LETTERS_OF_IMPORTS), (Guide.OLD_JOBS, Guide.DEAD_LETTERS_OF_JOBS)
    return (
        WatchedQueue("high", settings.queue_high_url, 5 * minute, "sender", *mail, at_least=6),
        WatchedQueue("normal", settings.queue_normal_url, 30 * minute, "sender", *mail, at_least=6),
        WatchedQueue("low", settings.queue_low_url, 12 * hour, "sender", *mail, at_least=6),
        WatchedQueue("mails", settings.mails_queue_url, 5 * minute, "mails", *requests, at_least=6),
        WatchedQueue("imports", settings.imports_queue_url, hour, "importer", *imports),
        WatchedQueue("jobs", settings.fan_out_queue_url, hour, "fan-out", *jobs),
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
