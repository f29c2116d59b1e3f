"""Mails for a session, one after the other, and what became of them."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import Session
from postroom.delivery.model import Delivery, Envelope, Finished, Mail


def a_mail(sender: str, recipients: tuple[str, ...], content: bytes) -> Mail:
    return Mail(Envelope(sender, recipients), Finished(content))


@dataclass
class ListFlow:
    mails: deque[Mail]
    done_with: list[tuple[Mail, Delivery]] = field(default_factory=list)
    given_back: list[Mail] = field(default_factory=list)

    def next(self, *, room: int, wait: bool) -> Mail | None:
        return self.mails.popleft() if self.mails else None

    def done(self, mail: Mail, delivery: Delivery) -> None:
        self.done_with.append((mail, delivery))

    def back(self, mail: Mail) -> None:
        self.given_back.append(mail)


def deliver_all(session: Session, mails: Sequence[Mail], deadline: Deadline) -> list[Delivery]:
    """What became of those mails that the session took and did not give back, in order."""
    flow = ListFlow(deque(mails))
    session.deliver_all(flow, deadline)
    assert [mail for mail, _ in flow.done_with] + flow.given_back + list(flow.mails) == list(mails)
    return [delivery for _, delivery in flow.done_with]


def deliver(session: Session, mail: Mail, deadline: Deadline) -> Delivery | None:
    """None when the connection was gone before a word was heard."""
    deliveries = deliver_all(session, [mail], deadline)
    return deliveries[0] if deliveries else None
