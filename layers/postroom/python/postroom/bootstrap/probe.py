"""What tests an account's connection: a whole session, which few requests need."""

from postroom.accounts.logins import LogIns
from postroom.accounts.manage import FindAccounts
from postroom.accounts.report import ReportHealth
from postroom.accounts.tested import ReportTest
from postroom.bootstrap.accounts import build_accounts
from postroom.bootstrap.credentials import build_credentials
from postroom.bootstrap.messages import build_wake
from postroom.clock import system_clock
from postroom.delivery.connections import Connections
from postroom.delivery.keeper import SessionKeeper
from postroom.probe.try_all import TryAll
from postroom.probe.try_connection import TryConnection
from postroom.probe.way import Way
from postroom.settings import Settings


def build_try_connection(settings: Settings) -> TryConnection:
    store, credentials = build_accounts(settings), build_credentials(settings)
    log_ins = LogIns(store, system_clock, for_tests=True)
    return TryConnection(
        connections=lambda open_session: Connections(open_session, credentials, SessionKeeper(), log_ins),
        way=Way(allow_private=settings.local),
        report=ReportTest(store, ReportHealth(store, system_clock), build_wake(settings), system_clock),
        clock=system_clock,
    )


def build_try_all(settings: Settings) -> TryAll:
    return TryAll(FindAccounts(build_accounts(settings)), build_try_connection(settings))
