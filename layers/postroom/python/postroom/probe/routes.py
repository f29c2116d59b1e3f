from collections.abc import Callable
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from postroom.accounts.manage import FindAccounts
from postroom.accounts.model import Account
from postroom.delivery.deadline import Deadline
from postroom.paging import Page, PageRequest
from postroom.probe.bodies import ReportAnswer, TestMailAnswer, TestMailBody
from postroom.probe.mail import SendTestMail
from postroom.probe.model import PATIENCE, TESTS_AT_ONCE, Report
from postroom.tenancy.model import Role
from postroom.web.pages import CursorText, Listed, Listing
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes

TestsInAPage = Annotated[int, Query(ge=1, le=100, description="How many accounts at most.")]


TryConnection = Callable[[Account, Deadline], Report]
TryAll = Callable[[str, PageRequest], Page[Report]]
"""Named by what they do, since what does it takes its time to be imported."""


def probe_routes(routes: Routes, find: FindAccounts, try_connection: TryConnection, try_all: TryAll) -> None:
    @routes.post("/v1/accounts/{account_id}/test-connection", role=Role.ADMIN)
    def test_connection(account_id: str, caller: CurrentCaller) -> ReportAnswer:
        """Try an account's connection up to the log-in; one that passes makes a pending or stopped account active."""
        account = find.one(caller.tenant_id, account_id)
        return ReportAnswer.of(try_connection(account, Deadline.after(PATIENCE)))

    @routes.post("/v1/accounts/test-connections", role=Role.ADMIN)
    def test_connections(
        caller: CurrentCaller, limit: TestsInAPage = TESTS_AT_ONCE, cursor: CursorText = None
    ) -> Listed[ReportAnswer]:
        """Try the connections of all active accounts, page by page."""
        listing = Listing("account-tests")
        page = try_all(caller.tenant_id, listing.request(limit, cursor))
        return Listed(items=[ReportAnswer.of(report) for report in page.items], next_cursor=listing.cursor(page))


def mail_test_routes(routes: Routes, send: SendTestMail) -> None:
    @routes.post("/v1/accounts/{account_id}/test-email", role=Role.ADMIN, status=202, idempotent=True)
    def test_email(account_id: str, body: TestMailBody, caller: CurrentCaller, seed: CurrentSeed) -> TestMailAnswer:
        """Send a test mail by an account."""
        return TestMailAnswer.of(send(caller.tenant_id, account_id, body.recipient_email, seed))
