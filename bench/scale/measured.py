"""What the real sender does with more and more accounts, on the local AWS, for the simulation to be held against."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.cost.installation import Installation, installation
from bench.cost.peer import Peer
from bench.cost.texts import at_random
from bench.cost.workload import Sender, a_sender
from postroom.accounts.store import DynamoAccounts
from postroom.clock import system_clock
from postroom.ids import new_id
from tests.builders import an_account

MAILS = 500
BATCH = 50
_NO_LIMIT = 1_000_000
_SEED = 7


@dataclass(frozen=True)
class OnLocalAws:
    """Units of the accounts table and log-ins, of one mail."""

    written: float
    read: float
    logins: float


def measure(accounts: int, peer: Peer, state: Path) -> OnLocalAws:
    with installation(state, units=True) as here:
        sender = a_sender(here, peer.port, _SEED)
        _add_accounts(here, sender, accounts - 1, peer)
        sender.accept_batch(MAILS, at_random, one_text=True)
        here.meter.calls.clear()
        before = peer.received()
        if here.send_queued(BATCH):
            raise RuntimeError("Not all was sent")
        calls = [call.units for call in here.meter.calls if call.tables == ("accounts",)]
        logins = peer.received().connections - before.connections
        written, read = sum(each.written for each in calls), sum(each.read for each in calls)
        return OnLocalAws(written / MAILS, read / MAILS, logins / MAILS)


def _add_accounts(here: Installation, sender: Sender, count: int, peer: Peer) -> None:
    """Used before, like the first."""
    store, now = DynamoAccounts(timedelta(days=1)), system_clock()
    for number in range(count):
        account = an_account(
            tenant_id=sender.tenant_id,
            id=new_id("acc", now),
            email=f"news{number}@example.com",
            created_at=now,
            daily_limit=_NO_LIMIT,
            min_wait_time=0,
            smtp_host="127.0.0.1",
            smtp_port=peer.port,
            smtp_use_tls=False,
            smtp_username=None,
        )
        store.add(account)
    here.forget()
