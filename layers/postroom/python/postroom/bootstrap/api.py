"""The routes of the api function, feature by feature."""

from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from postroom.accounts.manage import AccountRules, ChangeAccount, CreateAccount, DeleteAccount, FindAccounts
from postroom.accounts.reserve import Unbook
from postroom.accounts.reset import ResetAccount
from postroom.accounts.routes import account_routes, health_routes, usage_routes
from postroom.accounts.usage import ReadUsage
from postroom.bootstrap import aws
from postroom.bootstrap.accounts import build_accounts, build_passwords, build_pools
from postroom.bootstrap.directory import build_directory
from postroom.bootstrap.messages import build_contents, build_messages, build_queues, build_sure_queues, build_wake
from postroom.bootstrap.oauth2 import build_clients, build_consents
from postroom.bootstrap.when_used import when_used
from postroom.capacity.census import TakeCensus
from postroom.capacity.explain import ExplainMessage
from postroom.capacity.routes import capacity_routes
from postroom.capacity.tell import TellCapacity
from postroom.clock import system_clock
from postroom.delivery.rules import ReadRules
from postroom.idempotency.run_once import RunOnce
from postroom.idempotency.store import IdempotencyRow, IdempotencyStore
from postroom.messages.accept import AcceptMessages, Lifetimes
from postroom.messages.backlog import DynamoBacklog
from postroom.messages.cancel import CancelMessage
from postroom.messages.consign import Consign
from postroom.messages.find import FindMessages
from postroom.messages.outstanding import CountOutstanding
from postroom.messages.queue import SqsDeadLetters
from postroom.messages.redrive import Redrive
from postroom.messages.resend import ResendMessage
from postroom.messages.routes import message_routes, redrive_routes, resend_routes
from postroom.oauth2.authorize import AskForConsent
from postroom.oauth2.routes import oauth2_routes
from postroom.pools.manage import ChangePool, CreatePool, DeletePool, FindPools
from postroom.pools.routes import pool_routes, settings_routes
from postroom.pools.ties import AccountTies
from postroom.probe.routes import probe_routes, trial_mail_routes
from postroom.probe.trial_mail import SendTrialMail
from postroom.settings import Settings
from postroom.tenancy.create_tenant import CreateTenant
from postroom.tenancy.issue_key import IssueKey
from postroom.tenancy.look_up import LookUp
from postroom.tenancy.revoke_key import RevokeKey
from postroom.tenancy.routes import key_routes, me_routes, platform_key_routes, tenant_routes
from postroom.web.api import Api
from postroom.web.routes import Routes

if TYPE_CHECKING:
    from postroom.probe.try_all import TryAll
    from postroom.probe.try_connection import TryConnection


def build_api(settings: Settings) -> Api:
    aws.name((IdempotencyRow,), settings.messages_table)
    routes = Routes()
    for add in (_add_tenancy, _add_accounts, _add_messages, _add_pools, _add_probe, _add_capacity):
        add(routes, settings)
    return Api(routes, RunOnce(IdempotencyStore(), system_clock), system_clock, Logger(service="api"))


def _add_tenancy(routes: Routes, settings: Settings) -> None:
    directory = build_directory(settings.directory_table)
    issue_key, revoke_key, look_up = IssueKey(directory), RevokeKey(directory, system_clock), LookUp(directory)
    tenant_routes(routes, CreateTenant(directory), issue_key, look_up)
    me_routes(routes, look_up)
    key_routes(routes, issue_key, revoke_key, look_up)
    platform_key_routes(routes, revoke_key, look_up)


def _add_accounts(routes: Routes, settings: Settings) -> None:
    store, passwords, wake = build_accounts(settings), build_passwords(settings), build_wake(settings)
    rules = AccountRules(settings.local)
    find, change = FindAccounts(store), ChangeAccount(store, passwords, rules, wake, system_clock)
    create = CreateAccount(store, passwords, rules, wake, system_clock)
    ties = AccountTies(build_pools(settings), _outstanding(settings), system_clock)
    delete = DeleteAccount(store, passwords, ties, wake)
    account_routes(routes, find, create, change, delete, clock=system_clock)
    health_routes(routes, find, change, clock=system_clock)
    reset, usage = ResetAccount(store, wake, system_clock), ReadUsage(store, system_clock)
    usage_routes(routes, find, reset, usage, clock=system_clock)
    oauth2_routes(routes, AskForConsent(find, build_clients(settings), build_consents(settings), system_clock))


def _add_messages(routes: Routes, settings: Settings) -> None:
    store, accounts = build_messages(settings), build_accounts(settings)
    cancel = CancelMessage(store, Unbook(accounts, system_clock))
    message_routes(routes, _accept(settings), FindMessages(store), cancel)
    resend_routes(routes, ResendMessage(store, build_sure_queues(settings, store), system_clock))
    dead_letters = SqsDeadLetters(aws.sqs(), settings.dead_letter_queue_url)
    redrive_routes(routes, Redrive(dead_letters, store, build_queues(settings), system_clock))


def _add_pools(routes: Routes, settings: Settings) -> None:
    store, known, wake = build_pools(settings), build_accounts(settings).known, build_wake(settings)
    pool_routes(
        routes,
        FindPools(store),
        CreatePool(store, known, system_clock),
        ChangePool(store, known, wake, system_clock),
        DeletePool(store, _outstanding(settings), wake),
    )
    settings_routes(routes, store)


def _add_probe(routes: Routes, settings: Settings) -> None:
    find = FindAccounts(build_accounts(settings))

    @when_used
    def try_connection() -> "TryConnection":
        from postroom.bootstrap.probe import build_try_connection  # noqa: PLC0415 - as when_used says

        return build_try_connection(settings)

    @when_used
    def try_all() -> "TryAll":
        from postroom.bootstrap.probe import build_try_all  # noqa: PLC0415 - as when_used says

        return build_try_all(settings)

    probe_routes(routes, find, try_connection, try_all)
    trial_mail_routes(routes, SendTrialMail(find, _accept(settings)))


def _add_capacity(routes: Routes, settings: Settings) -> None:
    messages, accounts_of, pools = build_messages(settings), build_accounts(settings).all_of, build_pools(settings)
    census = TakeCensus(DynamoBacklog(), messages, build_queues(settings), system_clock)
    rules_for = ReadRules(pools, system_clock)
    capacity_routes(
        routes,
        TellCapacity(accounts_of, census, rules_for, system_clock),
        ExplainMessage(FindMessages(messages), accounts_of, census, rules_for, system_clock),
        FindPools(pools),
    )


def _accept(settings: Settings) -> AcceptMessages:
    store, accounts = build_messages(settings), build_accounts(settings)
    return AcceptMessages(
        consign=Consign(store, build_contents(settings), settings.retention),
        queues=build_sure_queues(settings, store),
        knows_account=lambda tenant_id, account_id: accounts.get(tenant_id, account_id) is not None,
        pools_of=build_pools(settings).get_many,
        lifetimes=Lifetimes(settings.message_lifetime, settings.retention),
        clock=system_clock,
    )


def _outstanding(settings: Settings) -> CountOutstanding:
    return CountOutstanding(build_messages(settings), system_clock)
