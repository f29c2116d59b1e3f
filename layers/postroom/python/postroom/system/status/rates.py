"""What became of the tries of the last hour, by what the accounts have counted of this hour and of the one before."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.accounts.days import epoch_hour
from postroom.accounts.model import SENT, Account
from postroom.delivery.model import ReplyClass

HOUR = timedelta(hours=1)
FINAL = frozenset({ReplyClass.RECIPIENT, ReplyClass.POLICY})
"""What a server says for good. A try of another class is followed by one more, or nobody knows what became of it."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Tries, by the class of the reply. ``estimated``: a part of the hour before is in them, as large as its share."""

    sent: int
    failed: Mapping[str, int]
    deferred: Mapping[str, int]
    uncertain: int
    estimated: bool

    @property
    def failure_rate(self) -> float:
        """Of what a server has decided."""
        failed = sum(self.failed.values())
        return failed / (self.sent + failed) if failed else 0.0


def rates_of(accounts: Iterable[Account], now: datetime) -> Rates:
    hour = epoch_hour(now)
    share = 1 - (now.timestamp() / 3600 - hour)
    these, before = Counter[str](), Counter[str]()
    for account in accounts:
        recent = account.counter.recent or {}
        these.update(recent.get(hour, {}))
        before.update(recent.get(hour - 1, {}))
    tries = {name: round(these[name] + share * before[name]) for name in these | before}
    others = {name: count for name, count in tries.items() if name not in {SENT, ReplyClass.UNCERTAIN} and count}
    return Rates(
        sent=tries.get(SENT, 0),
        failed={name: count for name, count in others.items() if name in FINAL},
        deferred={name: count for name, count in others.items() if name not in FINAL},
        uncertain=tries.get(ReplyClass.UNCERTAIN, 0),
        estimated=before.total() > 0,
    )
