"""The state of the system: which queues are watched, and what is asked about them."""

import platform
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib.metadata import version

from postroom.bootstrap import aws
from postroom.bootstrap.accounts import build_accounts, build_pools, build_secret_texts
from postroom.bootstrap.directory import build_directory
from postroom.bootstrap.mails import build_mail_settings
from postroom.bootstrap.messages import build_messages
from postroom.bootstrap.templates import build_built_in, build_templates
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.mails.settings import ReadMailSettings
from postroom.messages.find import FindMessages
from postroom.messages.ports import Filter as MessageFilter
from postroom.oauth2.model import ProviderName
from postroom.settings import Settings
from postroom.system.configuration.deployed import Chosen
from postroom.system.configuration.facts import AwsFacts
from postroom.system.configuration.look_at_deployment import LookAtDeployment
from postroom.system.configuration.look_at_tenant import Sources
from postroom.system.configuration.ports import LintLive
from postroom.system.status.gauges import AwsGauges, LambdaDeployments
from postroom.system.status.model import Versions, WatchedQueue
from postroom.templates.own.manage import FindTemplates
from postroom.tenancy.look_up import LookUp
from postroom.users.manage import FindUsers
from postroom.users.ports import Filter as UserFilter
from postroom.version import VERSION

_LIBRARIES = (
    *("boto3", "pynamodb", "pydantic", "aws-lambda-powertools", "jinja2", "css-inline", "justhtml", "oauthlib"),
    *("cryptography", "tzdata"),
)


def watched_queues(settings: Settings) -> tuple[WatchedQueue, ...]:
    """All that have a worker. Six times the worker's time is what AWS advises; an import's ticket comes alone."""
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    return (
        WatchedQueue("high", settings.queue_high_url, 5 * minute, "sender", at_least=6),
        WatchedQueue("normal", settings.queue_normal_url, 30 * minute, "sender", at_least=6),
        WatchedQueue("low", settings.queue_low_url, 6 * hour, "sender", at_least=6),
        WatchedQueue("mails", settings.mails_queue_url, 5 * minute, "mails", at_least=6),
        WatchedQueue("imports", settings.imports_queue_url, hour, "importer"),
    )


def build_gauges() -> AwsGauges:
    return AwsGauges(aws.sqs(), aws.cloudwatch())


def build_deployments(settings: Settings) -> LambdaDeployments:
    return LambdaDeployments(aws.functions(), f"{settings.stack}-api")


def versions_of(stage: str) -> Callable[[], Versions]:
    @cache
    def versions() -> Versions:
        # A file is opened for each.
        return Versions(VERSION, platform.python_version(), {name: version(name) for name in _LIBRARIES}, stage)

    return versions


def build_look_at_deployment(settings: Settings) -> LookAtDeployment:
    own = settings.oauth2
    ids = {ProviderName.GOOGLE: own.google_client_id, ProviderName.MICROSOFT: own.microsoft_client_id}
    registered = {str(provider): client_id for provider, client_id in ids.items() if client_id}
    return LookAtDeployment(
        chosen=Chosen(
            local=settings.local,
            public_url=own.public_url,
            message_lifetime=settings.message_lifetime,
            retention=settings.retention,
            lease=settings.lease,
            client_ids=registered,
        ),
        queues=watched_queues(settings),
        tables={
            "accounts": settings.accounts_table,
            "messages": settings.messages_table,
            "directory": settings.directory_table,
        },
        bucket=settings.content_bucket,
        sealing_secret=settings.sealing_secret,
        client_secrets={provider: f"{own.secret_prefix}{provider}" for provider in registered},
        gauges=build_gauges(),
        facts=_build_facts(settings),
    )


def build_sources(settings: Settings, lint_live: LintLive) -> Sources:
    messages, users = FindMessages(build_messages(settings)), FindUsers(build_users(settings))
    return Sources(
        accounts=build_accounts(settings).all_of,
        holds_secret=build_secret_texts(settings).holds,
        pools=build_pools(settings).page,
        templates=FindTemplates(build_templates(settings)).page,
        built_in=lambda: build_built_in().names(),
        lint_live=lint_live,
        mail_settings=ReadMailSettings(build_mail_settings(settings)),
        latest=lambda tenant_id, request: messages.page(tenant_id, MessageFilter(), request),
        users=lambda tenant_id, request: users.page(tenant_id, UserFilter(), request),
        keys=LookUp(build_directory(settings.directory_table)).keys,
    )


def _build_facts(settings: Settings) -> AwsFacts:
    return AwsFacts(
        dynamodb=aws.dynamodb(),
        s3=aws.s3(),
        secrets=aws.secrets_manager(),
        sqs=aws.sqs(),
        functions=aws.functions(),
        topics=aws.topics(),
        stack=settings.stack,
        topic=settings.alarm_topic,
        queue=settings.queue_high_url,
        clock=system_clock,
    )
