"""The composition root: builds everything in plain calls, once per warm Lambda.

Nothing else makes a client of AWS or gives a table its name. What only one function needs is imported where that
function is built, so that the others do not pay for it at a cold start.
"""

import random
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from pynamodb.models import Model

from postroom.accounts.manage import AccountRules, ChangeAccount, CreateAccount, DeleteAccount, FindAccounts
from postroom.accounts.passwords import SecretsManagerPasswords
from postroom.accounts.report import ReportHealth
from postroom.accounts.reserve import Book, Reserve, Settle, Unbook
from postroom.accounts.reset import EndDays, ResetAccount
from postroom.accounts.store import ROWS as ACCOUNTS_ROWS
from postroom.accounts.store import DynamoAccounts
from postroom.accounts.usage import ReadUsage
from postroom.clock import system_clock
from postroom.messages.accept import AcceptMessages, Lifetimes
from postroom.messages.cancel import CancelMessage
from postroom.messages.consign import Consign
from postroom.messages.content import DynamoContents
from postroom.messages.due import EnqueueDue
from postroom.messages.find import FindMessages
from postroom.messages.handover import Handover
from postroom.messages.model import Priority
from postroom.messages.queue import SqsDeadLetters, SqsQueues
from postroom.messages.redrive import Redrive
from postroom.messages.release import Release
from postroom.messages.relieve import Relieve
from postroom.messages.resend import ResendMessage
from postroom.messages.rows import ROWS as MESSAGES_ROWS
from postroom.messages.store import DynamoMessages
from postroom.messages.wake import WakeWaiting
from postroom.settings import Settings
from postroom.tenancy.store import ROWS as DIRECTORY_ROWS
from postroom.tenancy.store import DirectoryStore
from postroom.tenancy.verify_key import VerifyKey

if TYPE_CHECKING:
    from postroom.delivery.send_batch import SendBatch
    from postroom.web.api import Api
    from postroom.web.routes import Routes

_CONNECT_SECONDS = 3
_READ_SECONDS = 10
_CONNECTIONS = 100
"""A hanging service must not eat a function's whole time, nor threads wait for each other's connections."""

_CLIENT = Config(
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    max_pool_connections=_CONNECTIONS,
    retries={"mode": "standard", "total_max_attempts": 4},
)


def build_api(settings: Settings) -> "Api":
    from aws_lambda_powertools import Logger  # noqa: PLC0415

    from postroom.idempotency.run_once import RunOnce  # noqa: PLC0415
    from postroom.idempotency.store import IdempotencyRow, IdempotencyStore  # noqa: PLC0415
    from postroom.web.api import Api  # noqa: PLC0415
    from postroom.web.routes import Routes  # noqa: PLC0415

    _name_tables(settings)
    _name((IdempotencyRow,), settings.messages_table)
    routes = Routes()
    _add_tenancy(routes)
    _add_accounts(routes, settings)
    _add_messages(routes, settings)
    return Api(routes, RunOnce(IdempotencyStore(), system_clock), system_clock, Logger(service="api"))


def build_authorizer(settings: Settings) -> VerifyKey:
    return VerifyKey(build_directory(settings.directory_table))


def build_directory(table: str) -> DirectoryStore:
    _name(DIRECTORY_ROWS, table)
    return DirectoryStore()


def build_sender(settings: Settings) -> "SendBatch":
    from postroom.accounts.logins import LogIns  # noqa: PLC0415
    from postroom.delivery.assemble import Assembler  # noqa: PLC0415
    from postroom.delivery.choose import Choose  # noqa: PLC0415
    from postroom.delivery.connections import Connections  # noqa: PLC0415
    from postroom.delivery.keeper import SessionKeeper  # noqa: PLC0415
    from postroom.delivery.lot import SendLot  # noqa: PLC0415
    from postroom.delivery.scribe import Scribe  # noqa: PLC0415
    from postroom.delivery.send_batch import SendBatch  # noqa: PLC0415
    from postroom.delivery.session import open_session  # noqa: PLC0415
    from postroom.delivery.waiting import PutOff  # noqa: PLC0415

    _name_tables(settings)
    accounts = DynamoAccounts(settings.retention)
    handover = Handover(
        DynamoMessages(settings.retention), _contents(settings), _queues(settings), settings.max_retries, system_clock
    )
    connections = Connections(
        lambda server, deadline: open_session(server, deadline=deadline, allow_private=settings.local),
        _passwords(settings),
        SessionKeeper(),
        LogIns(accounts, system_clock),
    )
    return SendBatch(
        handover=handover,
        accounts_of=accounts.all_of,
        has_place=connections.has_place,
        choose=Choose(random.SystemRandom()),
        reserve=Reserve(accounts, system_clock),
        send_lot=SendLot(
            connections=connections,
            scribe=Scribe(handover, Assembler(), settings.max_retries, settings.lease, system_clock, random.random),
            settle=Settle(accounts),
            health=ReportHealth(accounts, system_clock),
        ),
        put_off=PutOff(handover, Book(accounts, system_clock), system_clock, random.random),
        clock=system_clock,
    )


def build_due(settings: Settings) -> EnqueueDue:
    _name_tables(settings)
    store, queues = DynamoMessages(settings.retention), _queues(settings)
    release = Release(store, queues, system_clock)
    relieve = Relieve(store, queues, settings.max_retries, system_clock)
    return EnqueueDue(store, queues, release, relieve, settings.max_retries, system_clock)


def build_daily_reset(settings: Settings) -> EndDays:
    _name_tables(settings)
    return EndDays(DynamoAccounts(settings.retention), _wake(settings), system_clock)


def _add_tenancy(routes: "Routes") -> None:
    from postroom.tenancy.create_tenant import CreateTenant  # noqa: PLC0415
    from postroom.tenancy.issue_key import IssueKey  # noqa: PLC0415
    from postroom.tenancy.look_up import LookUp  # noqa: PLC0415
    from postroom.tenancy.revoke_key import RevokeKey  # noqa: PLC0415
    from postroom.tenancy.routes import key_routes, platform_key_routes, tenant_routes  # noqa: PLC0415

    directory = DirectoryStore()
    issue_key, revoke_key, look_up = IssueKey(directory), RevokeKey(directory, system_clock), LookUp(directory)
    tenant_routes(routes, CreateTenant(directory), issue_key, look_up)
    key_routes(routes, issue_key, revoke_key, look_up)
    platform_key_routes(routes, revoke_key, look_up)


def _add_accounts(routes: "Routes", settings: Settings) -> None:
    from postroom.accounts.routes import account_routes, health_routes, usage_routes  # noqa: PLC0415

    store, passwords, rules, wake = (
        DynamoAccounts(settings.retention),
        _passwords(settings),
        AccountRules(settings.local),
        _wake(settings),
    )
    find, change = FindAccounts(store), ChangeAccount(store, passwords, rules, wake, system_clock)
    account_routes(
        routes,
        find,
        CreateAccount(store, passwords, rules, wake, system_clock),
        change,
        DeleteAccount(store, passwords, wake),
        clock=system_clock,
    )
    health_routes(routes, find, change, clock=system_clock)
    usage_routes(
        routes, find, ResetAccount(store, wake, system_clock), ReadUsage(store, system_clock), clock=system_clock
    )


def _add_messages(routes: "Routes", settings: Settings) -> None:
    from postroom.messages.routes import message_routes, redrive_routes, resend_routes  # noqa: PLC0415

    store, accounts = DynamoMessages(settings.retention), DynamoAccounts(settings.retention)
    accept = AcceptMessages(
        consign=Consign(store, _contents(settings), settings.retention),
        queues=_queues(settings),
        knows_account=lambda tenant_id, account_id: accounts.get(tenant_id, account_id) is not None,
        lifetimes=Lifetimes(settings.message_lifetime, settings.retention),
        clock=system_clock,
    )
    queues, sqs = _queues(settings), boto3.client("sqs", config=_CLIENT)
    message_routes(routes, accept, FindMessages(store), CancelMessage(store, Unbook(accounts, system_clock)))
    resend_routes(routes, ResendMessage(store, queues, system_clock))
    dead_letters = SqsDeadLetters(sqs, settings.dead_letter_queue_url)
    redrive_routes(routes, Redrive(dead_letters, store, queues, system_clock))


def _contents(settings: Settings) -> DynamoContents:
    return DynamoContents(boto3.client("s3", config=_CLIENT), settings.content_bucket, settings.inline_content_limit)


def _passwords(settings: Settings) -> SecretsManagerPasswords:
    return SecretsManagerPasswords(boto3.client("secretsmanager", config=_CLIENT), settings.secret_prefix)


def _queues(settings: Settings) -> SqsQueues:
    urls = {
        Priority.HIGH: settings.queue_high_url,
        Priority.NORMAL: settings.queue_normal_url,
        Priority.LOW: settings.queue_low_url,
    }
    return SqsQueues(boto3.client("sqs", config=_CLIENT), urls)


def _wake(settings: Settings) -> WakeWaiting:
    store, queues = DynamoMessages(settings.retention), _queues(settings)
    return WakeWaiting(store, Release(store, queues, system_clock), system_clock)


def _name_tables(settings: Settings) -> None:
    _name(ACCOUNTS_ROWS, settings.accounts_table)
    _name(MESSAGES_ROWS, settings.messages_table)
    _name(DIRECTORY_ROWS, settings.directory_table)


def _name(rows: tuple[type[Model], ...], table: str) -> None:
    for row in rows:
        row.Meta.table_name = table
        row.Meta.connect_timeout_seconds = _CONNECT_SECONDS
        row.Meta.read_timeout_seconds = _READ_SECONDS
        row.Meta.max_pool_connections = _CONNECTIONS
