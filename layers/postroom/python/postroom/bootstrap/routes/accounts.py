"""The routes of accounts, and of consent to use them."""

from postroom.accounts.manage import AccountRules, ChangeAccount, CreateAccount, DeleteAccount, FindAccounts
from postroom.accounts.reset import ResetAccount
from postroom.accounts.routes import account_routes, health_routes, usage_routes
from postroom.accounts.usage import ReadUsage
from postroom.bootstrap.accounts import build_accounts, build_passwords, build_pools
from postroom.bootstrap.messages import build_messages, build_wake
from postroom.bootstrap.oauth2 import build_clients, build_consents
from postroom.clock import system_clock
from postroom.messages.outstanding import CountOutstanding
from postroom.oauth2.authorize import AskForConsent
from postroom.oauth2.routes import oauth2_routes
from postroom.pools.ties import AccountTies
from postroom.settings import Settings
from postroom.web.routes import Routes


def add_accounts(routes: Routes, settings: Settings) -> None:
    store, passwords, wake = build_accounts(settings), build_passwords(settings), build_wake(settings)
    rules = AccountRules(settings.local)
    find, change = FindAccounts(store), ChangeAccount(store, passwords, rules, wake, system_clock)
    create = CreateAccount(store, passwords, rules, wake, system_clock)
    outstanding = CountOutstanding(build_messages(settings), system_clock)
    ties = AccountTies(build_pools(settings), outstanding, system_clock)
    delete = DeleteAccount(store, passwords, ties, wake)
    account_routes(routes, find, create, change, delete, clock=system_clock)
    health_routes(routes, find, change, clock=system_clock)
    reset, usage = ResetAccount(store, wake, system_clock), ReadUsage(store, system_clock)
    usage_routes(routes, find, reset, usage, clock=system_clock)
    oauth2_routes(routes, AskForConsent(find, build_clients(settings), build_consents(settings), system_clock))
