"""What the test of an account does to its row, when answers are lost and others write at the same time."""

import pytest

from postroom.accounts.model import Account, AccountStatus, EventKind, LastError
from postroom.accounts.report import ReportHealth
from postroom.accounts.tested import ReportTest, plan_passed
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.errors import NotFound
from postroom.paging import PageRequest
from tests.builders import an_account
from tests.fakes.accounts import ForgetfulAccounts, MemoryAccounts
from tests.fakes.time import NOON, FakeClock

REFUSED = Verdict(ReplyClass.AUTH, Phase.AUTH, "535 5.7.8 no")
LOST = Verdict(ReplyClass.INFRASTRUCTURE, Phase.CONNECT, "timed out")


class Desk:
    def __init__(self, store: MemoryAccounts, **changes: object) -> None:
        self.store, clock = store, FakeClock()
        self.account = store.add(an_account(**changes))
        self.woken: list[str] = []
        self.health = ReportHealth(store, clock)
        self.report = ReportTest(store, self.health, self._wake, clock)

    @property
    def stored(self) -> Account:
        found = self.store.get("ten_a", "acc_1")
        assert found is not None
        return found

    @property
    def events(self) -> list[EventKind]:
        return [event.kind for event in self.store.events("ten_a", "acc_1", PageRequest()).items]

    def _wake(self, tenant_id: str, account_id: str | None = None, *, paced: bool = True) -> None:
        self.woken.append(tenant_id)


@pytest.mark.parametrize("store", [MemoryAccounts(), ForgetfulAccounts()])
def test_a_pass_is_told_once_also_when_the_answer_to_its_write_is_lost(store: MemoryAccounts) -> None:
    desk = Desk(store, status=AccountStatus.PENDING, proven=0)

    now = desk.report.passed(desk.account)

    assert now == desk.stored
    assert desk.stored.config.status is AccountStatus.ACTIVE
    assert desk.woken == ["ten_a"]
    assert desk.events == [EventKind.PROVEN]


def test_there_is_nothing_to_write_of_one_that_is_well() -> None:
    assert plan_passed(an_account()) is None
    assert plan_passed(an_account(status=AccountStatus.INACTIVE)) is None
    assert plan_passed(an_account(proven=0)) is not None


def test_a_pass_leaves_a_rest_that_the_provider_asked_for_while_it_was_tested() -> None:
    desk = Desk(MemoryAccounts(), faults=1, last_error=LastError(NOON, "infrastructure", "reset"))
    rests = desk.health.fault(desk.account, Verdict(ReplyClass.QUOTA, Phase.MAIL, "550 5.4.5 limit"))

    now = desk.report.passed(desk.account)

    assert now == desk.stored == rests
    assert rests.rest_until is not None


def test_one_that_is_gone_is_not_there() -> None:
    desk = Desk(MemoryAccounts(), status=AccountStatus.PENDING)
    desk.store.remove("ten_a", "acc_1")

    with pytest.raises(NotFound):
        desk.report.passed(desk.account)
    assert desk.report.failed(desk.account, REFUSED) == desk.account


def test_what_the_server_did_not_say_is_not_written_down() -> None:
    desk = Desk(MemoryAccounts(), status=AccountStatus.PENDING)

    assert desk.report.failed(desk.account, LOST) == desk.stored == desk.account


def test_a_refusal_of_what_was_changed_meanwhile_is_not_written_down() -> None:
    desk = Desk(MemoryAccounts(), status=AccountStatus.PENDING, revision=2)
    seen = an_account(status=AccountStatus.PENDING, revision=1)

    assert desk.report.failed(seen, REFUSED) == seen
    assert desk.stored.last_error is None


def test_a_refusal_is_written_down_with_the_servers_words() -> None:
    desk = Desk(MemoryAccounts(), status=AccountStatus.ERROR)

    assert desk.report.failed(desk.account, REFUSED) == desk.stored
    assert desk.stored.last_error == LastError(NOON, "auth", "535 5.7.8 no")
    assert desk.events == []
