"""The routes of tests of accounts."""

from typing import TYPE_CHECKING

from postroom.accounts.manage import FindAccounts
from postroom.audit.entry_rows import write_alone
from postroom.bootstrap.accept import build_accept
from postroom.bootstrap.accounts import build_accounts
from postroom.bootstrap.when_used import when_used
from postroom.probe.announced import AnnouncedTest, AnnouncedTests
from postroom.probe.mail import SendTestMail
from postroom.probe.routes import mail_test_routes, probe_routes
from postroom.settings import Settings
from postroom.web.routes import Routes

if TYPE_CHECKING:
    from postroom.probe.try_all import TryAll
    from postroom.probe.try_connection import TryConnection


def add_probe(routes: Routes, settings: Settings) -> None:
    find = FindAccounts(build_accounts(settings))

    @when_used
    def try_connection() -> "TryConnection":
        from postroom.bootstrap.probe import build_try_connection  # noqa: PLC0415 - as when_used says

        return build_try_connection(settings)

    @when_used
    def try_all() -> "TryAll":
        from postroom.bootstrap.probe import build_try_all  # noqa: PLC0415 - as when_used says

        return build_try_all(settings)

    probe_routes(routes, find, AnnouncedTest(write_alone, try_connection), AnnouncedTests(write_alone, try_all))
    mail_test_routes(routes, SendTestMail(find, build_accept(settings), write_alone))
