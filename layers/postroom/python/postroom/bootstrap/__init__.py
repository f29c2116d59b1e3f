"""The composition root: builds everything in plain calls, once per warm Lambda.

Nothing else makes a client of AWS or gives a table its name. Each part is imported where it is built, so that a
function pays at a cold start for what it has and for nothing else.
"""

import random
from collections.abc import Callable, Iterable
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import boto3
from botocore.config import Config

from postroom.clock import system_clock
from postroom.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from pynamodb.models import Model

    from postroom.accounts.manage import FindAccounts
    from postroom.accounts.passwords import SecretsManagerPasswords
    from postroom.accounts.reset import EndDays
    from postroom.accounts.store import DynamoAccounts
    from postroom.delivery.credentials import Credentials
    from postroom.delivery.send_batch import SendBatch
    from postroom.messages.accept import AcceptMessages
    from postroom.messages.content import DynamoContents
    from postroom.messages.due import EnqueueDue
    from postroom.messages.outstanding import CountOutstanding
    from postroom.messages.queue import SqsQueues
    from postroom.messages.store import DynamoMessages
    from postroom.messages.untaken import PutAsideUntaken
    from postroom.messages.wake import WakeWaiting
    from postroom.oauth2.clients import Clients
    from postroom.oauth2.connect import ConnectAccount
    from postroom.oauth2.endpoint import HttpTokenEndpoint
    from postroom.oauth2.store import DynamoConsents, DynamoTokens
    from postroom.oauth2.vault import SecretsManagerGrants
    from postroom.pools.store import DynamoPools
    from postroom.probe.try_all import TryAll
    from postroom.probe.try_connection import TryConnection
    from postroom.secret_texts import SecretTexts
    from postroom.tenancy.store import DirectoryStore
    from postroom.tenancy.verify_key import VerifyKey
    from postroom.web.api import Api
    from postroom.web.routes import Routes

P = ParamSpec("P")
R = TypeVar("R")

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


class _WhenUsed:
    """A client that is made when it is first asked for something.

    S3's takes 40 ms of a cold start, and only large contents need it.
    """

    def __init__(self, service: str) -> None:
        self._service = service
        self._client: Any = None
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the client has
        with self._lock:
            if self._client is None:
                self._client = boto3.client(self._service, config=_CLIENT)
        return getattr(self._client, name)


def _when_called(build: Callable[[], Callable[P, R]]) -> Callable[P, R]:
    """What few requests need, made by the first of them."""
    built = cache(build)

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return built()(*args, **kwargs)

    return call


def build_api(settings: Settings) -> "Api":
    from aws_lambda_powertools import Logger

    from postroom.idempotency.run_once import RunOnce
    from postroom.idempotency.store import IdempotencyRow, IdempotencyStore
    from postroom.web.api import Api
    from postroom.web.routes import Routes

    _name((IdempotencyRow,), settings.messages_table)
    routes = Routes()
    _add_tenancy(routes, settings)
    _add_accounts(routes, settings)
    _add_messages(routes, settings)
    _add_pools(routes, settings)
    _add_probe(routes, settings)
    _add_capacity(routes, settings)
    return Api(routes, RunOnce(IdempotencyStore(), system_clock), system_clock, Logger(service="api"))


def build_authorizer(settings: Settings) -> "VerifyKey":
    from postroom.tenancy.verify_key import VerifyKey

    return VerifyKey(build_directory(settings.directory_table))


def build_directory(table: str) -> "DirectoryStore":
    from postroom.tenancy.store import ROWS, DirectoryStore

    _name(ROWS, table)
    return DirectoryStore()


def build_sender(settings: Settings) -> "SendBatch":
    from postroom.accounts.logins import LogIns
    from postroom.accounts.report import ReportHealth
    from postroom.accounts.reserve import Book, Reserve, Settle
    from postroom.accounts.roster import ObservedAccounts, Roster
    from postroom.delivery.choose import Choose
    from postroom.delivery.compose import Compose
    from postroom.delivery.connections import Connections
    from postroom.delivery.keeper import SessionKeeper
    from postroom.delivery.lot import SendLot
    from postroom.delivery.mime.assemble import Assembler
    from postroom.delivery.rules import ReadRules
    from postroom.delivery.scribe import Scribe
    from postroom.delivery.send_batch import SendBatch
    from postroom.delivery.smtp.session import open_session
    from postroom.delivery.waiting import PutOff
    from postroom.messages.handover import Handover

    store = _accounts(settings)
    roster = Roster(store)
    accounts = ObservedAccounts(store, roster)
    compose = Compose(Assembler(), system_clock)
    handover = Handover(_messages(settings), _contents(settings), _queues(settings), settings.max_retries, system_clock)
    connections = Connections(
        lambda server, deadline: open_session(server, deadline=deadline, allow_private=settings.local),
        build_credentials(settings),
        SessionKeeper(),
        LogIns(accounts, system_clock),
    )
    return SendBatch(
        handover=handover,
        roster=roster,
        rules_of=ReadRules(_pools(settings), system_clock),
        has_place=connections.has_place,
        choose=Choose(random.SystemRandom()),
        reserve=Reserve(accounts, system_clock),
        send_lot=SendLot(
            connections=connections,
            scribe=Scribe(handover, compose, settings.max_retries, settings.lease, system_clock, random.random),
            settle=Settle(accounts),
            health=ReportHealth(accounts, system_clock),
        ),
        put_off=PutOff(handover, Book(accounts, system_clock), system_clock, random.random),
        clock=system_clock,
    )


def build_credentials(settings: Settings) -> "Credentials":
    """What opens an account's session, for whoever opens one."""
    from postroom.delivery.credentials import ByKind
    from postroom.delivery.stored_passwords import StoredPasswords

    return ByKind(StoredPasswords(_passwords(settings)), lambda: _access_tokens(settings))


def build_oauth2_callback(settings: Settings) -> "ConnectAccount":
    from postroom.oauth2.connect import ConnectAccount
    from postroom.oauth2.sealing import Fernets

    return ConnectAccount(
        accounts=_accounts(settings),
        consents=_consents(settings),
        grants=_grants(settings),
        tokens=_tokens(settings),
        endpoint=_token_endpoint(settings),
        seal=Fernets(),
        clients=_oauth2_clients(settings),
        accounts_changed=_wake(settings),
        clock=system_clock,
    )


def build_due(settings: Settings) -> "EnqueueDue":
    from postroom.messages.due import EnqueueDue
    from postroom.messages.release import Release
    from postroom.messages.relieve import Relieve

    store = _messages(settings)
    queues = _sure_queues(settings, store)
    release = Release(store, queues, system_clock)
    relieve = Relieve(store, queues, settings.max_retries, system_clock)
    return EnqueueDue(store, queues, release, relieve, settings.max_retries, system_clock)


def build_daily_reset(settings: Settings) -> "EndDays":
    from postroom.accounts.reset import EndDays

    return EndDays(_accounts(settings), _wake(settings), system_clock)


def _add_tenancy(routes: "Routes", settings: Settings) -> None:
    from postroom.tenancy.create_tenant import CreateTenant
    from postroom.tenancy.issue_key import IssueKey
    from postroom.tenancy.look_up import LookUp
    from postroom.tenancy.revoke_key import RevokeKey
    from postroom.tenancy.routes import key_routes, platform_key_routes, tenant_routes

    directory = build_directory(settings.directory_table)
    issue_key, revoke_key, look_up = IssueKey(directory), RevokeKey(directory, system_clock), LookUp(directory)
    tenant_routes(routes, CreateTenant(directory), issue_key, look_up)
    key_routes(routes, issue_key, revoke_key, look_up)
    platform_key_routes(routes, revoke_key, look_up)


def _add_accounts(routes: "Routes", settings: Settings) -> None:
    from postroom.accounts.manage import AccountRules, ChangeAccount, CreateAccount, DeleteAccount, FindAccounts
    from postroom.accounts.reset import ResetAccount
    from postroom.accounts.routes import account_routes, health_routes, usage_routes
    from postroom.accounts.usage import ReadUsage
    from postroom.pools.ties import AccountTies

    store, passwords, rules, wake = (
        _accounts(settings),
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
        DeleteAccount(store, passwords, AccountTies(_pools(settings), _outstanding(settings)), wake),
        clock=system_clock,
    )
    health_routes(routes, find, change, clock=system_clock)
    usage_routes(
        routes, find, ResetAccount(store, wake, system_clock), ReadUsage(store, system_clock), clock=system_clock
    )
    _add_oauth2(routes, settings, find)


def _add_oauth2(routes: "Routes", settings: Settings, find: "FindAccounts") -> None:
    from postroom.oauth2.authorize import AskForConsent
    from postroom.oauth2.routes import oauth2_routes

    oauth2_routes(routes, AskForConsent(find, _oauth2_clients(settings), _consents(settings), system_clock))


def _access_tokens(settings: Settings) -> "Credentials":
    from postroom.oauth2.access import AccessTokens
    from postroom.oauth2.renew import RenewToken
    from postroom.oauth2.sealing import Fernets

    tokens, seal = _tokens(settings), Fernets()
    renew = RenewToken(tokens, _token_endpoint(settings), seal, _accounts(settings), system_clock)
    return AccessTokens(
        tokens=tokens,
        grants=_grants(settings),
        seal=seal,
        clients=_oauth2_clients(settings),
        renew=renew,
        clock=system_clock,
    )


def _oauth2_clients(settings: Settings) -> "Clients":
    from postroom.oauth2.clients import Clients
    from postroom.oauth2.model import ProviderName
    from postroom.oauth2.providers import PROVIDERS, local_providers

    known = settings.oauth2
    providers = local_providers(known.local_server) if known.local_server else PROVIDERS
    ids = {ProviderName.GOOGLE: known.google_client_id, ProviderName.MICROSOFT: known.microsoft_client_id}
    return Clients(providers, ids, known.public_url)


def _token_endpoint(settings: Settings) -> "HttpTokenEndpoint":
    from postroom.oauth2.endpoint import HttpTokenEndpoint
    from postroom.oauth2.vault import ClientSecrets

    own = ClientSecrets(boto3.client("secretsmanager", config=_CLIENT), settings.oauth2.secret_prefix)
    return HttpTokenEndpoint(own, own.forget)


def _consents(settings: Settings) -> "DynamoConsents":
    from postroom.oauth2.store import DIRECTORY_ROWS, DynamoConsents

    _name(DIRECTORY_ROWS, settings.directory_table)
    return DynamoConsents()


def _tokens(settings: Settings) -> "DynamoTokens":
    from postroom.oauth2.store import ACCOUNTS_ROWS, DynamoTokens

    _name(ACCOUNTS_ROWS, settings.accounts_table)
    return DynamoTokens()


def _grants(settings: Settings) -> "SecretsManagerGrants":
    from postroom.oauth2.vault import SecretsManagerGrants

    return SecretsManagerGrants(_secret_texts(settings))


def _add_messages(routes: "Routes", settings: Settings) -> None:
    from postroom.accounts.reserve import Unbook
    from postroom.messages.cancel import CancelMessage
    from postroom.messages.find import FindMessages
    from postroom.messages.queue import SqsDeadLetters
    from postroom.messages.redrive import Redrive
    from postroom.messages.resend import ResendMessage
    from postroom.messages.routes import message_routes, redrive_routes, resend_routes

    store, accounts, sqs = _messages(settings), _accounts(settings), boto3.client("sqs", config=_CLIENT)
    sure_queues = _sure_queues(settings, store)
    message_routes(routes, _accept(settings), FindMessages(store), CancelMessage(store, Unbook(accounts, system_clock)))
    resend_routes(routes, ResendMessage(store, sure_queues, system_clock))
    dead_letters = SqsDeadLetters(sqs, settings.dead_letter_queue_url)
    redrive_routes(routes, Redrive(dead_letters, store, _queues(settings), system_clock))


def _add_probe(routes: "Routes", settings: Settings) -> None:
    from postroom.accounts.manage import FindAccounts
    from postroom.probe.routes import probe_routes, trial_mail_routes
    from postroom.probe.trial_mail import SendTrialMail

    find = FindAccounts(_accounts(settings))
    probe_routes(
        routes,
        find,
        _when_called(lambda: _try_connection(settings)),
        _when_called(lambda: _try_all(settings)),
    )
    trial_mail_routes(routes, SendTrialMail(find, _accept(settings)))


def _try_all(settings: Settings) -> "TryAll":
    from postroom.accounts.manage import FindAccounts
    from postroom.probe.try_all import TryAll

    return TryAll(FindAccounts(_accounts(settings)), _try_connection(settings))


def _try_connection(settings: Settings) -> "TryConnection":
    from postroom.accounts.logins import LogIns
    from postroom.accounts.report import ReportHealth
    from postroom.accounts.trial import ReportTrial
    from postroom.delivery.connections import Connections
    from postroom.delivery.keeper import SessionKeeper
    from postroom.probe.try_connection import TryConnection
    from postroom.probe.way import Way

    store, credentials = _accounts(settings), build_credentials(settings)
    log_ins = LogIns(store, system_clock, for_tests=True)
    return TryConnection(
        connections=lambda open_session: Connections(open_session, credentials, SessionKeeper(), log_ins),
        way=Way(allow_private=settings.local),
        report=ReportTrial(store, ReportHealth(store, system_clock), _wake(settings), system_clock),
    )


def _accept(settings: Settings) -> "AcceptMessages":
    from postroom.messages.accept import AcceptMessages, Lifetimes
    from postroom.messages.consign import Consign

    store, accounts = _messages(settings), _accounts(settings)
    return AcceptMessages(
        consign=Consign(store, _contents(settings), settings.retention),
        queues=_sure_queues(settings, store),
        knows_account=lambda tenant_id, account_id: accounts.get(tenant_id, account_id) is not None,
        pools_of=_pools(settings).get_many,
        lifetimes=Lifetimes(settings.message_lifetime, settings.retention),
        clock=system_clock,
    )


def _add_pools(routes: "Routes", settings: Settings) -> None:
    from postroom.pools.manage import ChangePool, CreatePool, DeletePool, FindPools
    from postroom.pools.routes import pool_routes, settings_routes

    store, known, wake = _pools(settings), _accounts(settings).known, _wake(settings)
    pool_routes(
        routes,
        FindPools(store),
        CreatePool(store, known, system_clock),
        ChangePool(store, known, wake, system_clock),
        DeletePool(store, _outstanding(settings), wake),
    )
    settings_routes(routes, store)


def _add_capacity(routes: "Routes", settings: Settings) -> None:
    from postroom.capacity.census import TakeCensus
    from postroom.capacity.explain import ExplainMessage
    from postroom.capacity.routes import capacity_routes
    from postroom.capacity.tell import TellCapacity
    from postroom.delivery.rules import ReadRules
    from postroom.messages.backlog import DynamoBacklog
    from postroom.messages.find import FindMessages
    from postroom.pools.manage import FindPools

    messages, accounts_of, pools = _messages(settings), _accounts(settings).all_of, _pools(settings)
    census = TakeCensus(DynamoBacklog(), messages, _queues(settings), system_clock)
    rules_for = ReadRules(pools, system_clock)
    capacity_routes(
        routes,
        TellCapacity(accounts_of, census, rules_for, system_clock),
        ExplainMessage(FindMessages(messages), accounts_of, census, rules_for, system_clock),
        FindPools(pools),
    )


def _accounts(settings: Settings) -> "DynamoAccounts":
    from postroom.accounts.store import ROWS, DynamoAccounts

    _name(ROWS, settings.accounts_table)
    return DynamoAccounts(settings.retention)


def _messages(settings: Settings) -> "DynamoMessages":
    from postroom.messages.rows import ROWS
    from postroom.messages.store import DynamoMessages

    _name(ROWS, settings.messages_table)
    return DynamoMessages(settings.retention)


def _outstanding(settings: Settings) -> "CountOutstanding":
    from postroom.messages.outstanding import CountOutstanding

    return CountOutstanding(_messages(settings), system_clock)


def _pools(settings: Settings) -> "DynamoPools":
    from postroom.pools.store import ROWS, DynamoPools

    _name(ROWS, settings.directory_table)
    return DynamoPools()


def _contents(settings: Settings) -> "DynamoContents":
    from postroom.messages.content import DynamoContents
    from postroom.messages.rows import ROWS

    _name(ROWS, settings.messages_table)
    s3 = cast("S3Client", _WhenUsed("s3"))
    return DynamoContents(s3, settings.content_bucket, settings.inline_content_limit)


def _passwords(settings: Settings) -> "SecretsManagerPasswords":
    from postroom.accounts.passwords import SecretsManagerPasswords

    return SecretsManagerPasswords(_secret_texts(settings))


def _secret_texts(settings: Settings) -> "SecretTexts":
    from postroom.secret_texts import SecretTexts

    return SecretTexts(boto3.client("secretsmanager", config=_CLIENT), settings.secret_prefix)


def _queues(settings: Settings) -> "SqsQueues":
    from postroom.messages.model import Priority
    from postroom.messages.queue import SqsQueues

    urls = {
        Priority.HIGH: settings.queue_high_url,
        Priority.NORMAL: settings.queue_normal_url,
        Priority.LOW: settings.queue_low_url,
    }
    return SqsQueues(boto3.client("sqs", config=_CLIENT), urls)


def _sure_queues(settings: Settings, store: "DynamoMessages") -> "PutAsideUntaken":
    from postroom.messages.untaken import PutAsideUntaken

    return PutAsideUntaken(_queues(settings), store, system_clock)


def _wake(settings: Settings) -> "WakeWaiting":
    from postroom.messages.release import Release
    from postroom.messages.wake import WakeWaiting

    store = _messages(settings)
    queues = _sure_queues(settings, store)
    return WakeWaiting(store, Release(store, queues, system_clock), system_clock)


def _name(rows: "Iterable[type[Model]]", table: str) -> None:
    for row in rows:
        row.Meta.table_name = table
        row.Meta.connect_timeout_seconds = _CONNECT_SECONDS
        row.Meta.read_timeout_seconds = _READ_SECONDS
        row.Meta.max_pool_connections = _CONNECTIONS
