"""A whole sender on stores in memory and a mail server that says what a test wants."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from postroom.accounts.logins import LogIns
from postroom.accounts.metered import MeteredAccounts
from postroom.accounts.model import Account
from postroom.accounts.report import ReportHealth
from postroom.accounts.reserve import Book, Reserve, Settle, VoidBookings
from postroom.accounts.roster import MOST_ACCOUNTS, ObservedAccounts, Roster
from postroom.delivery.choose import Choose
from postroom.delivery.compose import Compose
from postroom.delivery.connections import Connections, Open
from postroom.delivery.counted import CountRefusals
from postroom.delivery.credentials import Credentials
from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import SessionKeeper
from postroom.delivery.lot import SendLot
from postroom.delivery.mime.assemble import Assembler
from postroom.delivery.model import Delivery, Mail, Phase, ReplyClass, Server, SessionFailed, Verdict
from postroom.delivery.rules import ReadRules
from postroom.delivery.scribe import Scribe
from postroom.delivery.send_batch import SendBatch
from postroom.delivery.smtp.flow import Flow
from postroom.delivery.stored_passwords import StoredPasswords
from postroom.delivery.waiting import PutOff
from postroom.delivery.wishes import HeedWishes, StillWanted
from postroom.ids import Seed
from postroom.messages.accept import AcceptMessages, Lifetimes
from postroom.messages.consign import Consign
from postroom.messages.draft import Draft
from postroom.messages.due import EnqueueDue
from postroom.messages.handover import Handover
from postroom.messages.model import Message
from postroom.messages.named import LookUpNamed
from postroom.messages.observed import ObservedMessages, ObservedQueues
from postroom.messages.ports import Ticket
from postroom.messages.release import Release
from postroom.messages.relieve import Relieve
from postroom.messages.wake import WakeWaiting
from postroom.metrics.tally import Tally
from tests.fakes.accounts import MemoryAccounts, MemoryPasswords
from tests.fakes.mails import PlainSealer
from tests.fakes.messages import MemoryContents, MemoryMessages, MemoryQueues
from tests.fakes.pools import MemoryPools
from tests.fakes.templates import PlainTemplates
from tests.fakes.time import FakeClock

OK = Verdict(ReplyClass.ACCEPTED, Phase.FINAL_DOT, "250 2.0.0 queued")
TENANT = "ten_a"
LEASE = timedelta(seconds=90)
LIFETIMES = Lifetimes(message=timedelta(hours=72), retention=timedelta(days=90))

Answer = Callable[[Server, str, bytes], Verdict]
"""What a server says to one recipient of one mail."""


@dataclass
class FakeServers:
    """Every server there is. What it accepted is kept before it answers."""

    answer: Answer = lambda _server, _recipient, _mail: OK
    refuse_session: Callable[[Server], Verdict | None] = lambda _server: None
    accepted: list[tuple[str, str, bytes]] = field(default_factory=list)
    opened: list[Server] = field(default_factory=list)

    def open(self, server: Server, _deadline: Deadline) -> "FakeSession":
        self.opened.append(server)
        refusal = self.refuse_session(server)
        if refusal is not None:
            raise SessionFailed(refusal)
        return FakeSession(self, server)

    @property
    def passwords(self) -> list[str]:
        """What was tried, in order."""
        return [server.credential.text for server in self.opened if server.credential is not None]

    @property
    def recipients(self) -> list[str]:
        return sorted(recipient for _, recipient, _ in self.accepted)


@dataclass
class FakeSession:
    servers: FakeServers
    server: Server
    usable: bool = True
    closed: bool = False
    misbehaviour: str | None = None

    def deliver_all(self, flow: Flow, deadline: Deadline) -> None:
        while self.usable and (mail := flow.next(room=1, wait=True)) is not None:
            flow.done(mail, self._deliver(mail))

    def _deliver(self, mail: Mail) -> Delivery:
        verdicts = {}
        for recipient in mail.envelope.recipients:
            verdict = self.servers.answer(self.server, recipient, mail.content)
            if verdict.reply_class in {ReplyClass.ACCEPTED, ReplyClass.UNCERTAIN}:
                self.servers.accepted.append((mail.envelope.sender, recipient, mail.content))
            if verdict.reply_class in {ReplyClass.INFRASTRUCTURE, ReplyClass.UNCERTAIN}:
                self.usable = False
            verdicts[recipient] = verdict
        return Delivery(verdicts)

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeSender:
    """``seconds``: the time that a function has left when it gets a batch. ``remembered``: accounts, at most.

    ``open_session`` and ``credentials`` take the place of what is remembered of servers and passwords.
    """

    max_retries: int = 3
    seconds: float = 55.0
    remembered: int = MOST_ACCOUNTS
    clock: FakeClock = field(default_factory=FakeClock)
    accounts: MemoryAccounts = field(default_factory=MemoryAccounts)
    passwords: MemoryPasswords = field(default_factory=MemoryPasswords)
    pools: MemoryPools = field(default_factory=MemoryPools)
    messages: MemoryMessages = field(default_factory=MemoryMessages)
    contents: MemoryContents = field(default_factory=MemoryContents)
    queues: MemoryQueues = field(default_factory=MemoryQueues)
    servers: FakeServers = field(default_factory=FakeServers)
    templates: PlainTemplates = field(default_factory=PlainTemplates)
    slept: list[float] = field(default_factory=list)
    meter: Tally = field(default_factory=Tally)
    tenant: str = TENANT
    still_wanted: StillWanted = lambda *_: {}
    open_session: Open | None = None
    credentials: Credentials | None = None

    def __post_init__(self) -> None:
        self.observed = ObservedMessages(self.messages, self.meter, self.clock)
        self.telling = ObservedQueues(self.queues)
        self.handover = Handover(self.observed, self.contents, self.telling, self.max_retries, self.clock)
        self.send_batch = self.another_process()
        self.health = self.send_batch.send_lot.health

    def another_process(self) -> SendBatch:
        """A sender with connections and a memory of its own, on the same stores."""
        random = Random(7)
        roster = Roster(self.accounts, lambda: self.clock().timestamp(), self.remembered)
        accounts = ObservedAccounts(MeteredAccounts(self.accounts, self.meter, self.clock), roster)
        compose = Compose(Assembler(), self.templates.fill_in, PlainSealer().unseal, self.clock)
        log_ins = LogIns(accounts, self.clock, _a_moment)
        credentials = self.credentials or StoredPasswords(self.passwords)
        open_session = CountRefusals(self.open_session or self.servers.open, self.meter)
        connections = Connections(open_session, credentials, SessionKeeper(), log_ins)
        return SendBatch(
            handover=self.handover,
            roster=roster,
            rules_of=ReadRules(self.pools, self.clock),
            has_place=connections.has_place,
            choose=Choose(random),
            reserve=Reserve(accounts, self.clock),
            send_lot=SendLot(
                connections=connections,
                scribe=Scribe(self.handover, compose, self.max_retries, LEASE, self.clock, random.random),
                settle=Settle(accounts),
                health=ReportHealth(accounts, self.clock),
                stopped=self.wake,
                sleep=self._sleep,
            ),
            put_off=PutOff(self.handover, Book(accounts, self.clock), self.clock, random.random),
            heed_wishes=HeedWishes(self.handover, self._still_wanted, self.clock),
            clock=self.clock,
            sleep=self._sleep,
        )

    def add_account(self, account: Account) -> Account:
        return self.accounts.add(account)

    def acceptor(self) -> AcceptMessages:
        return AcceptMessages(
            consign=Consign(self.observed, self.contents, LIFETIMES.retention),
            queues=self.telling,
            look_up=LookUpNamed(
                knows_account=lambda tenant, account: self.accounts.get(tenant, account) is not None,
                pools_of=self.pools.get_many,
                templates_for=self.templates.serve,
            ),
            lifetimes=LIFETIMES,
            clock=self.clock,
        )

    def accept(self, *drafts: Draft) -> list[Message]:
        results = self.acceptor()(self.tenant, drafts, Seed.fresh(self.clock()))
        assert all(isinstance(result, Message) for result in results), results
        return [result for result in results if isinstance(result, Message)]

    def due(self, seconds: float = 40) -> int:
        """Looks for what is due, once."""
        release = Release(self.observed, self.telling, self.clock)
        relieve = Relieve(self.observed, self.telling, self.max_retries, self.clock)
        enqueue_due = EnqueueDue(self.observed, self.telling, release, relieve, self.max_retries, self.clock)
        return enqueue_due(stop_at=self.clock() + timedelta(seconds=seconds)).done

    @property
    def wake(self) -> WakeWaiting:
        release = Release(self.observed, self.telling, self.clock)
        return WakeWaiting(self.observed, release, VoidBookings(self.accounts), self.clock)

    def run(self, tickets: Sequence[Ticket] | None = None) -> set[Ticket]:
        """Handles what the queues hold, or these."""
        return self.send_batch(self.queues.take_all() if tickets is None else tickets, Deadline.after(self.seconds))

    def account(self, account_id: str = "acc_1") -> Account:
        found = self.accounts.get(self.tenant, account_id)
        assert found is not None
        return found

    def message(self, message: Message) -> Message:
        found = self.messages.get(self.tenant, message.id)
        assert found is not None
        return found

    def _still_wanted(self, tenant_id: str, messages: Sequence[Message]) -> Mapping[str, str]:
        """Whoever is to be asked by then."""
        return self.still_wanted(tenant_id, messages)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))


def _a_moment(seconds: float) -> None:
    """Other threads go on meanwhile, and the clock stands still."""
    time.sleep(seconds / 100)
