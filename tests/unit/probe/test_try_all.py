"""Pages of tests: side by side, in time, and each account once."""

import time
from collections.abc import Callable

import pytest

from postroom.accounts.manage import FindAccounts
from postroom.accounts.model import Account, AccountStatus
from postroom.delivery.deadline import Deadline
from postroom.errors import NotFound, PostroomError, Unavailable
from postroom.paging import Page, PageRequest
from postroom.probe.model import TESTS_AT_ONCE, Report
from postroom.probe.try_all import TryAll
from postroom.probe.try_connection import not_tested
from tests.builders import an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.probing import CERTIFICATE, USERS, Owner
from tests.faults.smtp_server import Hang, SmtpServer

Outcome = Callable[[Account, Deadline], Report]


def passes(account: Account, _deadline: Deadline) -> Report:
    return Report(account, "The connection works", (), success=True)


def a_tenant(count: int, **changes: object) -> MemoryAccounts:
    store = MemoryAccounts()
    for number in range(count):
        store.add(an_account(id=f"acc_{number:03}", **changes))
    return store


def ids(page: Page[Report]) -> list[str]:
    return [report.account.id for report in page.items]


def test_pages_hold_each_active_account_once_and_no_other() -> None:
    store = a_tenant(25)
    for number, status in enumerate([AccountStatus.PENDING, AccountStatus.INACTIVE, AccountStatus.ERROR] * 50):
        store.add(an_account(id=f"acc_{number % 25:03}_{number:03}", status=status))
    store.add(an_account(tenant_id="ten_b", id="acc_000_b"))
    try_all = TryAll(FindAccounts(store), passes)

    pages = [try_all("ten_a", PageRequest(10))]
    while pages[-1].last is not None:
        pages.append(try_all("ten_a", PageRequest(10, pages[-1].last)))

    assert [len(page.items) for page in pages] == [10, 10, 5]
    assert [found for page in pages for found in ids(page)] == [f"acc_{number:03}" for number in range(25)]


def test_a_tenant_without_active_accounts_has_an_empty_page() -> None:
    page = TryAll(FindAccounts(a_tenant(3, status=AccountStatus.PENDING)), passes)("ten_a", PageRequest(10))

    assert page == Page(())


def test_what_there_was_no_time_for_begins_the_next_page_and_is_tested_once() -> None:
    begun: list[str] = []

    def slow(account: Account, deadline: Deadline) -> Report:
        begun.append(account.id)
        time.sleep(0.3)
        return passes(account, deadline)

    try_all = TryAll(FindAccounts(a_tenant(TESTS_AT_ONCE + 5)), slow, patience=0.4, least=0.2)

    first = try_all("ten_a", PageRequest(100))
    second = try_all("ten_a", PageRequest(100, first.last))

    assert ids(first) == [f"acc_{number:03}" for number in range(TESTS_AT_ONCE)]
    assert ids(second) == [f"acc_{number:03}" for number in range(TESTS_AT_ONCE, TESTS_AT_ONCE + 5)]
    assert all(report.success for page in (first, second) for report in page.items)
    assert second.last is None
    assert sorted(begun) == ids(first) + ids(second)


def test_pages_come_to_an_end_even_when_there_is_never_time() -> None:
    try_all = TryAll(FindAccounts(a_tenant(3)), passes, patience=0.0)

    pages = [try_all("ten_a", PageRequest(10))]
    while pages[-1].last is not None:
        pages.append(try_all("ten_a", PageRequest(10, pages[-1].last)))

    assert [ids(page) for page in pages] == [["acc_000"], ["acc_001"], ["acc_002"]]


@pytest.mark.parametrize("error", [NotFound(), Unavailable()])
def test_one_that_cannot_be_tested_does_not_take_the_others_with_it(error: PostroomError) -> None:
    def fails_once(account: Account, deadline: Deadline) -> Report:
        if account.id == "acc_001":
            raise error
        return passes(account, deadline)

    page = TryAll(FindAccounts(a_tenant(3)), fails_once)("ten_a", PageRequest(10))

    assert [report.success for report in page.items] == [True, False, True]
    assert [report.tested for report in page.items] == [True, False, True]
    assert page.last is None


def test_one_server_that_hangs_holds_up_nobody() -> None:
    owner = Owner()
    context = CERTIFICATE.server_context()
    with SmtpServer(context=context, users=USERS) as good, SmtpServer(context=context, users=USERS) as hanging:
        hanging.on("GREETING", Hang())
        for number in range(30):
            owner.has(hanging.port if number == 3 else good.port, account_id=f"acc_{number:03}")
        began = time.monotonic()
        page = TryAll(owner.find, owner.tries())("ten_a", PageRequest(100))
        took = time.monotonic() - began

    assert [report.account.id for report in page.items if not report.success] == ["acc_003"]
    assert len(page.items) == 30
    assert page.last is None
    assert took < 5


def test_what_was_not_tested_has_no_step_that_was_tried() -> None:
    report = not_tested(an_account(), "it was deleted meanwhile")

    assert not report.tested
    assert not report.success
    assert report.steps
    assert all(step.ok is None for step in report.steps)
