from postroom.accounts.reset import EndDays
from postroom.bootstrap.accounts import build_accounts
from postroom.bootstrap.messages import build_wake
from postroom.clock import system_clock
from postroom.settings import Settings


def build_daily_reset(settings: Settings) -> EndDays:
    return EndDays(build_accounts(settings), build_wake(settings), system_clock)
