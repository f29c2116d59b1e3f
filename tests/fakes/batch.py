"""What a batch is made of."""

from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.messages.draft import Draft
from tests.builders import a_draft, an_account
from tests.fakes.sending import FakeSender


def verdict(reply_class: ReplyClass, words: str = "words of the server", phase: Phase = Phase.RCPT) -> Verdict:
    return Verdict(reply_class, phase, words)


def with_account(sender: FakeSender, **changes: object) -> FakeSender:
    sender.add_account(an_account(**{"min_wait_time": 0, **changes}))
    return sender


def drafts(count: int, **changes: object) -> list[Draft]:
    return [a_draft(recipients=(f"r{n}@example.com",), **changes) for n in range(count)]
