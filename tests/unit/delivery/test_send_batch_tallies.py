"""What an account counts of a batch, and what that costs."""

from dataclasses import dataclass

from postroom.accounts.model import Account
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.messages.ports import Ticket
from tests.builders import a_draft
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.batch import drafts, verdict, with_account
from tests.fakes.sending import OK, TENANT, FakeSender

TODAY = "2030-01-31"


@dataclass
class CountingAccounts(MemoryAccounts):
    writes: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        self.writes += 1
        return super().change(tenant_id, account_id, change, entries)


def by_recipient(verdicts: dict[str, Verdict]) -> FakeSender:
    sender = FakeSender()
    with_account(sender)
    sender.servers.answer = lambda _s, recipient, _m: verdicts.get(recipient.partition("@")[0], OK)
    return sender


def test_each_try_is_counted_by_what_became_of_it() -> None:
    sender = by_recipient(
        {
            "bad": verdict(ReplyClass.RECIPIENT, "550 5.1.1 no such user"),
            "spam": verdict(ReplyClass.POLICY, "550 5.7.1 no"),
            "busy": verdict(ReplyClass.BUSY, "451 4.7.1 greylisted"),
        }
    )
    for name in ("ann", "bob", "bad", "spam", "busy"):
        sender.accept(a_draft(recipients=(f"{name}@example.com",)))
    sender.accept(a_draft(recipients=("ann@example.com", "bad@example.com", "busy@example.com")))

    sender.run()

    assert sender.account().counter.tallies == {TODAY: {"sent": 3, "failed": 2, "busy": 1}}
    [recent] = (sender.account().counter.recent or {}).values()
    assert recent == {"sent": 3, "recipient": 1, "policy": 1, "busy": 1}
    assert sender.account().last_success == sender.clock()


def test_a_try_that_was_refused_for_the_account_is_counted_and_what_was_not_tried_is_not() -> None:
    sender = FakeSender()
    with_account(sender)
    sender.accept(*drafts(3))
    sender.servers.answer = lambda *_: verdict(ReplyClass.QUOTA, "550 5.4.5 limit")

    sender.run()

    assert sender.account().counter.tallies == {TODAY: {"quota": 1}}
    assert sender.account().last_success is None


def test_a_session_that_did_not_come_about_is_one_try() -> None:
    sender = FakeSender()
    with_account(sender)
    sender.servers.refuse_session = lambda _: verdict(ReplyClass.INFRASTRUCTURE, "Connection refused", Phase.CONNECT)
    sender.accept(*drafts(3))

    sender.run()

    assert sender.account().counter.tallies == {TODAY: {"infrastructure": 1}}


def test_counting_costs_no_write_of_its_own() -> None:
    store = CountingAccounts()
    sender = FakeSender(accounts=store)
    with_account(sender)
    sender.accept(*drafts(5))
    sender.run()
    before = store.writes

    tickets = [Ticket(TENANT, message.id) for message in sender.accept(*drafts(20))]
    sender.run(tickets)

    assert sender.account().counter.tallies == {TODAY: {"sent": 25}}
    assert store.writes - before == 2, "one reservation and one settlement"
