"""A sender that remembers its tenants' accounts: what changed since is seen in time, and nothing is sent by mistake."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from postroom.accounts.model import Account
from postroom.accounts.report import ReportHealth
from postroom.accounts.roster import KNOWN_FOR_EACH
from postroom.change import Change, Set, Step
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Password, Phase, ReplyClass, Verdict
from postroom.delivery.send_batch import SendBatch
from postroom.messages.model import Reason, Status
from postroom.messages.ports import Ticket
from tests.builders import a_draft
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.batch import drafts, with_account
from tests.fakes.sending import TENANT, FakeSender

OTHERS = 200
"""So many that they are remembered for two seconds."""


@dataclass
class CountedAccounts(MemoryAccounts):
    lists: int = 0
    gets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def all_of(self, tenant_id: str) -> tuple[Account, ...]:
        self.lists += 1
        return super().all_of(tenant_id)

    def get(self, tenant_id: str, account_id: str) -> Account | None:
        self.gets.append(account_id)
        return super().get(tenant_id, account_id)


class Setting:
    """One account that can send among many that cannot, all of them remembered from a first batch."""

    def __init__(self) -> None:
        self.accounts = CountedAccounts()
        self.sender = FakeSender(accounts=self.accounts)
        for number in range(OTHERS):
            with_account(self.sender, id=f"acc_other_{number:03}", email=f"{number}@example.com", daily_limit=0)
        with_account(self.sender, id="acc_1", email="one@example.com", daily_limit=1000)
        self.send()
        self.accounts.lists = 0

    def send(self, count: int = 1, **changes: object) -> None:
        self.messages = self.sender.accept(*drafts(count, **changes))
        self.sender.run()

    def change(self, *steps: Step) -> None:
        """By another process."""
        self.accounts.change(TENANT, "acc_1", Change(steps))

    def by_others(self) -> ReportHealth:
        return ReportHealth(self.accounts, self.sender.clock)

    @property
    def sent(self) -> int:
        return len(self.sender.servers.accepted)


@pytest.fixture
def setting() -> Setting:
    return Setting()


def is_paused(setting: Setting) -> None:
    setting.change(Set(("status",), "inactive"))


def is_deleted(setting: Setting) -> None:
    setting.accounts.remove(TENANT, "acc_1")


def rests(setting: Setting) -> None:
    setting.by_others().fault(setting.sender.account(), Verdict(ReplyClass.RATE, Phase.MAIL, "421 slow down"))


def is_stopped(setting: Setting) -> None:
    setting.by_others().fault(setting.sender.account(), Verdict(ReplyClass.AUTH, Phase.AUTH, "535 no"))


def is_used_up(setting: Setting) -> None:
    setting.change(Set(("day_used",), 1000))


def has_a_limit_of_nought(setting: Setting) -> None:
    setting.change(Set(("daily_limit",), 0), Set(("revision",), 2), Set(("proven",), 2))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (is_paused, Reason.ACCOUNT),
        (is_deleted, Reason.QUOTA),
        (rests, Reason.ACCOUNT),
        (is_stopped, Reason.ACCOUNT),
        (is_used_up, Reason.QUOTA),
        (has_a_limit_of_nought, Reason.QUOTA),
    ],
)
def test_nothing_is_sent_by_an_account_that_is_remembered_and_cannot_send_any_more(
    setting: Setting, happens: Callable[[Setting], None], reason: Reason
) -> None:
    happens(setting)
    connections = len(setting.sender.servers.opened)

    setting.send(5, account_id=None if happens is is_deleted else "acc_1")

    assert setting.sent == 1
    assert len(setting.sender.servers.opened) == connections
    for message in setting.messages:
        waiting = setting.sender.message(message)
        assert (waiting.status, waiting.reason) == (Status.DEFERRED, reason)


def test_a_password_that_was_changed_is_the_one_that_is_used(setting: Setting) -> None:
    old, new = (setting.sender.passwords.store(TENANT, "acc_1", password) for password in ("old", "new"))
    setting.change(Set(("secret_version",), old))
    setting.sender.clock.advance(timedelta(seconds=10))
    setting.send()
    setting.change(Set(("secret_version",), new), Set(("revision",), 2), Set(("proven",), 2))

    setting.send(5)

    assert setting.sender.servers.opened[-1].credential == Password("sales", "new")
    assert setting.sent == 7
    assert len(setting.sender.servers.opened) == 3


def test_batches_one_after_another_read_the_list_once(setting: Setting) -> None:
    for _ in range(10):
        setting.send()

    assert setting.sent == 11
    assert setting.accounts.lists == 0


def test_an_account_that_was_added_is_used_within_the_time_that_a_list_is_good_for(setting: Setting) -> None:
    with_account(setting.sender, id="acc_2", email="two@example.com", daily_limit=1_000_000_000)
    setting.send(5)
    assert {from_ for from_, _, _ in setting.sender.servers.accepted} == {"one@example.com"}

    setting.sender.clock.advance(timedelta(seconds=KNOWN_FOR_EACH * (OTHERS + 2)))
    setting.send(5)

    assert {from_ for from_, _, _ in setting.sender.servers.accepted} == {"one@example.com", "two@example.com"}


@pytest.mark.parametrize("seconds_ago", [0, 1])
def test_an_account_that_was_added_is_used_at_once_when_no_other_can_send(setting: Setting, seconds_ago: int) -> None:
    is_paused(setting)
    setting.sender.clock.advance(timedelta(seconds=seconds_ago))
    with_account(setting.sender, id="acc_2", email="two@example.com")

    setting.send(5)

    if seconds_ago:
        assert setting.sent == 1 + 5
    setting.sender.clock.advance(timedelta(seconds=1))
    setting.sender.run()
    assert setting.sent == 1 + 5


def test_a_message_that_names_an_account_of_a_moment_ago_is_sent_by_it(setting: Setting) -> None:
    with_account(setting.sender, id="acc_2", email="two@example.com")
    setting.sender.accept(*drafts(3, account_id="acc_2"))
    setting.accounts.gets.clear()

    setting.sender.run()

    assert [from_ for from_, _, _ in setting.sender.servers.accepted[1:]] == ["two@example.com"] * 3
    assert setting.accounts.lists == 0
    assert setting.accounts.gets.count("acc_2") == 1


def test_what_finds_nothing_is_put_off_with_one_reading_for_each_batch(setting: Setting) -> None:
    is_used_up(setting)

    for batch in range(1, 4):
        setting.send(5)
        assert setting.accounts.lists == batch

    assert setting.sent == 1


def test_a_sender_that_remembers_nothing_does_the_same() -> None:
    sender = with_account(FakeSender(remembered=0))
    [message] = sender.accept(a_draft())

    sender.run()

    assert sender.message(message).status is Status.SENT


@pytest.mark.parametrize("happens", [is_paused, rests, is_stopped])
def test_of_many_processes_none_reserves_behind_the_moment_at_which_an_account_stopped(
    happens: Callable[[Setting], None],
) -> None:
    setting = Setting()
    processes = [setting.sender.another_process() for _ in range(6)]
    begun, stop = threading.Barrier(len(processes) + 1), threading.Event()

    def work(number: int) -> None:
        send_with(processes[number], setting)
        begun.wait(20)
        while not stop.is_set():
            send_with(processes[number], setting)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(processes))]
    for thread in threads:
        thread.start()
    begun.wait(20)
    happens(setting)
    at_that_moment = reserved(setting)
    stop.wait(0.2)
    stop.set()
    for thread in threads:
        thread.join()

    assert reserved(setting) <= at_that_moment
    assert setting.sent == reserved(setting)


def send_with(process: SendBatch, setting: Setting) -> None:
    accepted = setting.sender.accept(*drafts(3))
    process([Ticket(TENANT, message.id) for message in accepted], Deadline.after(55))


def reserved(setting: Setting) -> int:
    return setting.sender.account().counter.day_used
