"""What the check of the configuration reads and asks; imported when somebody has it checked."""

from postroom.bootstrap import aws
from postroom.bootstrap.accounts import build_accounts, build_pools
from postroom.bootstrap.directory import build_directory
from postroom.bootstrap.mails import build_mail_settings
from postroom.bootstrap.messages import build_messages
from postroom.bootstrap.system import build_gauges, watched_queues
from postroom.bootstrap.templates import build_branding, build_built_in, build_contained, build_templates
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.mails.settings import ReadMailSettings
from postroom.messages.find import FindMessages
from postroom.messages.ports import Filter as MessageFilter
from postroom.oauth2.model import ProviderName
from postroom.secret_texts import SecretTexts
from postroom.settings import Settings
from postroom.system.configuration.check import CheckConfiguration
from postroom.system.configuration.deployed import Chosen
from postroom.system.configuration.facts import AwsFacts
from postroom.system.configuration.lint import LintPublished
from postroom.system.configuration.look_at_deployment import LookAtDeployment
from postroom.system.configuration.look_at_tenant import LookAtTenant, Sources
from postroom.templates.lint import lint
from postroom.templates.own.manage import FindTemplates
from postroom.templates.own.preview import PreviewTemplate
from postroom.tenancy.look_up import LookUp
from postroom.users.manage import FindUsers
from postroom.users.ports import Filter as UserFilter


def build_check(settings: Settings) -> CheckConfiguration:
    tenant = LookAtTenant(_sources(settings), settings.retention, settings.local, system_clock)
    return CheckConfiguration(_look_at_deployment(settings), tenant, system_clock)


def _look_at_deployment(settings: Settings) -> LookAtDeployment:
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
            "notifications": settings.notifications_table,
        },
        bucket=settings.content_bucket,
        sealing_secret=settings.sealing_secret,
        client_secrets={provider: f"{own.secret_prefix}{provider}" for provider in registered},
        gauges=build_gauges(),
        facts=_facts(settings),
    )


def _sources(settings: Settings) -> Sources:
    messages, users = FindMessages(build_messages(settings)), FindUsers(build_users(settings))
    return Sources(
        accounts=build_accounts(settings).all_of,
        holds_secret=SecretTexts(aws.secrets_manager_briefly(), settings.secret_prefix).holds,
        pools=build_pools(settings).page,
        templates=FindTemplates(build_templates(settings)).page,
        built_in=lambda: build_built_in().names(),
        lint_live=_lint_published(settings),
        mail_settings=ReadMailSettings(build_mail_settings(settings)),
        latest=lambda tenant_id, request: messages.page(tenant_id, MessageFilter(), request),
        users=lambda tenant_id, request: users.page(tenant_id, UserFilter(), request),
        keys=LookUp(build_directory(settings.directory_table)).keys,
    )


def _facts(settings: Settings) -> AwsFacts:
    return AwsFacts(
        dynamodb=aws.dynamodb(),
        s3=aws.s3_briefly(),
        secrets=aws.secrets_manager_briefly(),
        sqs=aws.sqs_briefly(),
        functions=aws.functions(),
        topics=aws.topics(),
        stack=settings.stack,
        topic=settings.alarm_topic,
        queue=settings.queue_high_url,
        clock=system_clock,
    )


def _lint_published(settings: Settings) -> LintPublished:
    find, built_in = FindTemplates(build_templates(settings)), build_built_in()
    return LintPublished(PreviewTemplate(find, built_in, build_contained(), lint, build_branding(settings)), built_in)
