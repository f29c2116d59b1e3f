"""What a sender does with the messages that a queue handed it: choose, reserve, send, and put off the rest."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

from postroom import faults
from postroom.accounts.model import Account
from postroom.accounts.pace import PATIENCE
from postroom.accounts.reserve import Granted, Reserve
from postroom.accounts.roster import Roster
from postroom.clock import Clock
from postroom.delivery.choose import Choose, Share
from postroom.delivery.deadline import Deadline
from postroom.delivery.demand import demand_of
from postroom.delivery.eligible import Eligible
from postroom.delivery.lot import SendLot
from postroom.delivery.lot_model import SECONDS_FOR_ONE, Lot
from postroom.delivery.rules import Rules
from postroom.delivery.waiting import PutOff
from postroom.delivery.wishes import HeedWishes
from postroom.errors import Unavailable
from postroom.messages.handover import Handover
from postroom.messages.model import Message, Status
from postroom.messages.ports import StoredContent, Ticket

log = logging.getLogger(__name__)

RulesOf = Callable[[str, Sequence[Message]], Rules]
"""The rules for these messages of a tenant, freshly read."""

HasPlace = Callable[[Account], bool]
"""Whether a session with an account is open here, or may be opened as far as is known."""

ROUNDS = 4
"""How often what one account could not carry is offered to the others, before it is put off."""

_PARALLEL_TENANTS = 32
_PARALLEL_ACCOUNTS = 16
BREATH_FOR_EACH = 0.06
LONGEST_BREATH = 3.0
"""Seconds before mails are put off that found no connection free.

At once, those without a connection would snatch away from those who have one whatever is queued, over and over, and pay
for each turn of a mail several writes: a breath is cheaper.
"""

_WITH_A_TIME = frozenset({Status.DEFERRED, Status.SCHEDULED})
_EARLY = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class SendBatch:
    handover: Handover
    roster: Roster
    rules_of: RulesOf
    has_place: HasPlace
    choose: Choose
    reserve: Reserve
    send_lot: SendLot
    put_off: PutOff
    heed_wishes: HeedWishes
    clock: Clock
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, tickets: Sequence[Ticket], deadline: Deadline) -> set[Ticket]:
        """Returns the tickets that the queue has to hand out again, among them any whose row cannot be found or read.

        The tenants with the fewest messages are the first. Raises Unavailable when no row can be read.
        """
        messages = self.handover.load(list(dict.fromkeys(tickets)))
        fit = sorted((message for message in messages.values() if self._is_to_be_sent(message)), key=_tenant_and_age)
        unhandled = {ticket for ticket in tickets if ticket not in messages}
        of_tenants = [list(of_tenant) for _, of_tenant in groupby(fit, key=lambda message: message.tenant_id)]
        # Side by side: a server that hangs is to be waited for by its own tenant alone.
        with ThreadPoolExecutor(_PARALLEL_TENANTS) as pool:
            left = pool.map(lambda messages: self._handle_tenant(messages, deadline), sorted(of_tenants, key=len))
            unhandled = unhandled.union(*left)
        if unhandled and deadline.remaining() < SECONDS_FOR_ONE:
            return self.handover.give_back(unhandled)
        return unhandled

    def _handle_tenant(self, messages: list[Message], deadline: Deadline) -> set[Ticket]:
        tenant_id = messages[0].tenant_id
        try:
            return self._send_for(tenant_id, messages, deadline)
        except Unavailable:
            log.warning("Messages were left for later because a store did not answer", extra={"tenant_id": tenant_id})
        except Exception as error:  # noqa: BLE001 - one tenant's rows must not keep the mail of the others
            log.error("Messages could not be handled", extra={"tenant_id": tenant_id} | faults.described(error))
        return {_ticket(message) for message in messages}

    def _is_to_be_sent(self, message: Message) -> bool:
        return not self.handover.settle_unfit(message) and not self._is_early(message)

    def _is_early(self, message: Message) -> bool:
        # A second copy of something that was put off: its own time will come.
        due = message.next_attempt_at
        return message.status in _WITH_A_TIME and due is not None and due > self.clock() + _EARLY

    def _send_for(self, tenant_id: str, asked: list[Message], deadline: Deadline) -> set[Ticket]:
        heeded = self.heed_wishes(tenant_id, asked)
        messages, unhandled = heeded.wanted, {_ticket(message) for message in heeded.unknown}
        if not messages:
            return unhandled
        named = {message.account_id for message in messages if message.account_id}
        accounts, rules = self.roster.known(tenant_id, named), self.rules_of(tenant_id, messages)
        work = _Work(accounts, rules, self.handover.contents(messages), messages, unhandled=unhandled)
        for again in range(ROUNDS):
            if deadline.remaining() < SECONDS_FOR_ONE:
                work.give_up()
                break
            if again and work.pending:
                work.accounts = self.roster.known(tenant_id, named)
                work.rules = self.rules_of(tenant_id, work.pending)
            lots = self._lots(work) or self._lots_after_all(tenant_id, work)
            if not lots:
                break
            self._send(lots, work, deadline)
        self._take_breath(work, deadline)
        self._put_off_the_rest(tenant_id, work)
        return work.unhandled

    def _take_breath(self, work: "_Work", deadline: Deadline) -> None:
        now = self.clock()
        crowded = [
            account for account in work.accounts.values() if account.can_send(now) and not self.has_place(account)
        ]
        eligible = Eligible(work.rules, crowded, now)
        waiting = sum(bool(eligible.of(message)) for message in work.pending)
        seconds = min(LONGEST_BREATH, BREATH_FOR_EACH * waiting, deadline.remaining() - SECONDS_FOR_ONE)
        if seconds > 0:
            self.sleep(seconds)

    def _put_off_the_rest(self, tenant_id: str, work: "_Work") -> None:
        if not work.pending:
            return
        try:
            recent = self.roster.recent(tenant_id)
            self.put_off(
                work.pending,
                recent.values(),
                lambda: self.roster.fresh(tenant_id).values(),
                lambda messages: self.rules_of(tenant_id, messages),
            )
        except Unavailable:
            log.warning("Messages could not be put off", extra={"tenant_id": tenant_id, "messages": len(work.pending)})
            work.give_up()

    def _lots_after_all(self, tenant_id: str, work: "_Work") -> list[Lot]:
        """Somewhere there may be an account that was added, resumed or reset a moment ago."""
        if not work.pending:
            return []
        work.accounts = self.roster.recent(tenant_id)
        return self._lots(work)

    def _lots(self, work: "_Work") -> list[Lot]:
        """Takes out of what is pending as much as its accounts grant."""
        now = self.clock()
        usable = [account for account in work.usable() if account.can_send(now) and self.has_place(account)]
        pending = {message.id: message for message in work.pending}
        eligible = Eligible(work.rules, tuple(work.accounts.values()), now)
        lots = []
        for account_id, share in self.choose(work.pending, usable, eligible, now).items():
            granted = self._granted(work.accounts[account_id], share)
            taken = share.messages[: granted.count] if granted else []
            if granted:
                lots.append(Lot(granted, taken, work.contents))
            if len(taken) < len(share.messages) or (granted and granted.spacing):
                work.spent.add(account_id)
            for message in taken:
                del pending[message.id]
        work.pending = list(pending.values())
        return lots

    def _granted(self, account: Account, share: Share) -> Granted | None:
        wanted = [demand_of(message) for message in share.messages]
        try:
            return self.reserve(account, wanted, PATIENCE, turn=share.turn)
        except Unavailable:
            # What other accounts have granted is still to be used and settled.
            log.warning("A reservation was not answered", extra={"account_id": account.id})
            return None

    def _send(self, lots: list[Lot], work: "_Work", deadline: Deadline) -> None:
        with ThreadPoolExecutor(_PARALLEL_ACCOUNTS) as pool:
            results = list(pool.map(lambda lot: self.send_lot(lot, deadline), lots))
        for lot, result in zip(lots, results, strict=True):
            if result.elsewhere:
                work.spent.add(lot.granted.account.id)
            work.pending += result.elsewhere + result.again
            work.unhandled |= {_ticket(message) for message in result.unhandled}


@dataclass(slots=True)
class _Work:
    """What is left to do for one tenant; ``spent`` are the accounts that can carry nothing more in this batch."""

    accounts: Mapping[str, Account]
    rules: Rules
    contents: Mapping[str, StoredContent]
    pending: list[Message]
    spent: set[str] = field(default_factory=set)
    unhandled: set[Ticket] = field(default_factory=set)

    def usable(self) -> list[Account]:
        return [account for account in self.accounts.values() if account.id not in self.spent]

    def give_up(self) -> None:
        self.unhandled |= {_ticket(message) for message in self.pending}
        self.pending = []


def _ticket(message: Message) -> Ticket:
    return Ticket(message.tenant_id, message.id)


def _tenant_and_age(message: Message) -> tuple[str, str]:
    return message.tenant_id, message.id
