"""A tenant with users, and whoever works on its jobs, on stores in memory that fail when a test wants it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.ids import Seed
from postroom.jobs.audience import FindAudience
from postroom.jobs.hand_out import HandOut
from postroom.jobs.manage import CancelJob, FindJobs, NewJob, StartJob
from postroom.jobs.members import ListMembers
from postroom.jobs.model import WORKED_ON, Job
from postroom.jobs.ports import Order
from postroom.jobs.progress import ShowProgress
from postroom.jobs.run import RunJob
from postroom.jobs.take_back import TakeBack
from postroom.leases.model import LEASE, Ticket
from postroom.messages.cancel import CancelMessage
from postroom.messages.draft import Draft
from postroom.messages.find import FindMessages
from postroom.messages.model import Message, Status
from postroom.messages.ports import Watch
from postroom.users.manage import FindUsers
from postroom.users.model import User
from tests.builders import a_content, a_draft, a_user
from tests.fakes.fate import Fate, mortal
from tests.fakes.jobs import MemoryJobs, MemoryOrders, MemoryPortions
from tests.fakes.leases import MemoryTickets
from tests.fakes.messages import MemoryMessages
from tests.fakes.sending import FakeSender
from tests.fakes.time import NOON
from tests.fakes.users import MemoryUsers

PORTION = 4
KIND = "greeting"
FOREVER = NOON + timedelta(days=9)
TENANT = "ten_a"


class Messages(MemoryMessages):
    """``added``: the ids of all that were to be added, as often as they were."""

    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate
        self.added: list[str] = []

    def watch(self, watch: Watch) -> None:
        keep = super().watch
        self._fate.around(lambda: keep(watch))

    def add(self, message: Message, *, watched: bool = False) -> Message:
        result: list[Message] = []
        self._fate.around(lambda: result.append(super(Messages, self).add(message, watched=watched)))
        self.added.append(message.id)
        return result[0]

    def change(
        self, tenant_id: str, message_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Message] | Refused[Message]:
        result: list[Applied[Message] | Refused[Message]] = []
        self._fate.around(lambda: result.append(super(Messages, self).change(tenant_id, message_id, change, entries)))
        return result[0]


@dataclass
class Office:
    fate: Fate = field(default_factory=Fate)
    users: MemoryUsers = field(default_factory=MemoryUsers)
    tickets: MemoryTickets = field(default_factory=MemoryTickets)
    orders: MemoryOrders = field(default_factory=MemoryOrders)
    work: Callable[[Job, Order, Sequence[User]], Sequence[Draft | str]] | None = None

    def __post_init__(self) -> None:
        self.jobs = mortal(MemoryJobs(), self.fate, "change")
        self.portions = mortal(MemoryPortions(), self.fate, "plan", "settle")
        self.messages = Messages(self.fate)
        self.sender = FakeSender(messages=self.messages)
        self.clock = self.sender.clock
        self.find = FindJobs(self.jobs)
        self.start = StartJob(self.jobs, self.orders, self.tickets, timedelta(days=90))
        self.cancel = CancelJob(self.jobs, self.tickets, self.clock)
        self.find_messages = FindMessages(self.messages)
        self.progress = ShowProgress(self.find, self.portions, self.find_messages, self.clock)
        self.members = ListMembers(self.find, self.portions, self.find_messages)
        self.run = self.another_worker()

    def another_worker(self) -> RunJob:
        find_users = FindUsers(self.users)
        return RunJob(
            self.jobs,
            self.portions,
            self.orders,
            FindAudience(self.orders, self.portions, find_users, self.find_messages, portion=PORTION),
            HandOut(find_users, self.find_messages, self.sender.acceptor(), {KIND: self.work or greetings}),
            TakeBack(self.find_messages, CancelMessage(self.messages, lambda *_: None)),
            self.tickets,
            self.clock,
        )

    def add(self, *numbers: int, **changes: Any) -> None:  # noqa: ANN401 - any field of a user
        for number in numbers:
            user = a_user(id=f"u{number:03}", email=f"u{number:03}@example.com", **changes)
            self.users.put(user, None)

    def put(self, number: int, **changes: Any) -> None:  # noqa: ANN401 - any field of a user
        """Changes one who is there."""
        seen = self.users.get(TENANT, f"u{number:03}")
        assert seen is not None
        values = {name: getattr(seen, name) for name in seen.__slots__}
        self.users.put(User(**values | changes | {"revision": seen.revision + 1}), seen)

    def started(self, *user_ids: str, types: Sequence[str] = ()) -> str:
        wanted = NewJob(KIND, "Hello", {"subject": "Hello"}, user_ids, types)
        return self.start(TENANT, wanted, Seed.fresh(NOON)).id

    def work_on(self, stop_at: datetime = FOREVER) -> None:
        """What lies in the queue, and what is put there meanwhile; time passes as it is asked for.

        Nothing waits for a ticket that has nothing to do any more.
        """
        while self.tickets.waiting:
            ticket, delay = first = min(self.tickets.waiting, key=lambda waiting: waiting[1])
            self.tickets.waiting.remove(first)
            found = self.jobs.get(ticket.tenant_id, ticket.id)
            if found and found.status in WORKED_ON:
                self.clock.advance(timedelta(seconds=delay))
            self.run(ticket, stop_at)

    def brought_again(self, job_id: str) -> None:
        """As a queue does when whoever had it is gone."""
        self.tickets.put(Ticket(TENANT, job_id))
        self.clock.advance(LEASE)

    def shown(self, job_id: str) -> Job:
        return self.find.one(TENANT, job_id)

    def recipients(self) -> list[str]:
        """Who has a message, as often as they have one."""
        return sorted(next(iter(message.recipients)).partition("@")[0] for message in self.messages.all_of(TENANT))

    def statuses(self) -> dict[Status, int]:
        found = [message.status for message in self.messages.all_of(TENANT)]
        return {status: found.count(status) for status in dict.fromkeys(found)}


def greetings(_job: Job, order: Order, users: Sequence[User]) -> list[Draft | str]:
    """One message for each, but for who wants none."""
    return [_greeting(order, user) for user in users]


def _greeting(order: Mapping[str, Any], user: User) -> Draft | str:
    if user.attributes.get("silent"):
        return "silent"
    return a_draft(
        recipients=(user.email,), content=a_content(subject=order["subject"]), account_id=order.get("account_id")
    )
