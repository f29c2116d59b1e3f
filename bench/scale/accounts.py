"""Accounts in memory that change as in DynamoDB: by one conditional write, whole or not at all. Each is counted."""

from collections import Counter
from collections.abc import Iterable

from boto3.dynamodb.types import TypeSerializer

from bench.cost.sizes import item_size
from bench.cost.units import read_units, write_units
from bench.scale.engine import Engine
from postroom.accounts.keys import account_key
from postroom.accounts.model import Account
from postroom.accounts.record import account_of, record_of
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from tests.fakes.rows import carry_out, holds

UNITS_A_SECOND = 1000
"""What DynamoDB lets be written to one item; more is throttled, and tried again by the SDK."""

_MILLISECONDS = 1_896_123_456_789
_RESERVATION = {"count": 20, "day": "2030-01-31", "hour": 526_123, "generation": 0, "at_ms": _MILLISECONDS}


class SimulatedAccounts:
    def __init__(self, engine: Engine, accounts: Iterable[Account]) -> None:
        self._engine = engine
        self._seen = {account.id: account for account in accounts}
        self._rows = {key: record_of(account) for key, account in self._seen.items()}
        self._tenants: dict[str, list[str]] = {}
        for account in self._seen.values():
            self._tenants.setdefault(account.tenant_id, []).append(account.id)
        self._size, self._reservation, self._session = _sizes(next(iter(self._seen.values())))
        self.written = self.read = 0.0
        self.writes = self.refused = self.lists = 0
        self.busiest: Counter[tuple[str, int]] = Counter()
        """Units written by account and second."""

    def known(self, tenant_id: str) -> tuple[Account, ...]:
        return tuple(self._seen[each] for each in self._tenants[tenant_id])

    def all_of(self, tenant_id: str) -> tuple[Account, ...]:
        """Paid for as a query is."""
        self.lists += 1
        self.read += read_units(self.bytes_of(tenant_id), consistent=True)
        return self.known(tenant_id)

    def bytes_of(self, tenant_id: str) -> int:
        return self._size * len(self._tenants[tenant_id])

    def get(self, account_id: str) -> Account:
        return self._seen[account_id]

    def change(
        self, _tenant_id: str, account_id: str, change: Change, _entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        row = self._rows[account_id]
        self._pay(account_id)
        if not all(holds(row, requirement) for requirement in change.requires):
            self.refused += 1
            return Refused(self._seen[account_id])
        changed = {name: dict(value) if isinstance(value, dict) else value for name, value in row.items()}
        for step in change.steps:
            carry_out(changed, row, step)
        self._rows[account_id] = changed
        self._seen[account_id] = account_of(self._seen[account_id].tenant_id, account_id, changed)
        return Applied(self._seen[account_id])

    def throttled(self, account_id: str) -> float:
        """The seconds until the item takes another write; nought when it does."""
        now = self._engine.now
        full = self.busiest[account_id, int(now)] >= UNITS_A_SECOND
        return 1 - now % 1 if full else 0.0

    def _pay(self, account_id: str) -> None:
        row = self._rows[account_id]
        open_ones = self._reservation * len(row["reservations"]) + self._session * len(row.get("sessions", ()))
        size = self._size + open_ones
        units = write_units(size)
        self.writes += 1
        self.written += units
        self.busiest[account_id, int(self._engine.now)] += units


def _sizes(account: Account) -> tuple[int, int, int]:
    """Of the item, with its keys, and of each open reservation and session in it."""
    pk, sk = account_key(account.tenant_id, account.id)
    keys = {"pk": pk, "sk": sk, "rollover_shard": "1", "rolls_at": _MILLISECONDS}
    serialize = TypeSerializer().serialize
    size = item_size({name: serialize(value) for name, value in (record_of(account) | keys).items()})
    reservation = item_size({"0123456789ab": serialize(_RESERVATION)}) + 1
    return size, reservation, item_size({"01234567": serialize(_MILLISECONDS)}) + 1
