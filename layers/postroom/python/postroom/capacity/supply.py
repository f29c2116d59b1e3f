"""What an account could send by itself until some moment, if there were mail enough."""

from datetime import datetime, timedelta
from math import inf

from postroom.accounts.days import day_end
from postroom.accounts.limits import Demand
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.pace import PATIENCE
from postroom.accounts.windows import counted_day
from postroom.capacity.carrier import LITTLE, Carrier, Kind

_PLAIN = Kind()
_MORE_THAN_ANYBODY = 10**9
_HOUR = 3600.0
_LESSONS_ARE_FORGOTTEN = timedelta(days=14)


def today_ends_at(account: Account, now: datetime) -> datetime:
    """The end of the account's local day, whichever window counts."""
    return day_end(counted_day(account, now), account.config.timezone)


def sendable_now(account: Account, now: datetime, kind: Kind = _PLAIN) -> int:
    """Without waiting. Of an account on trial, one mail."""
    if not account.can_send(now):
        return 0
    return int(Carrier(account, now).room(0.0, PATIENCE.total_seconds() + 0.001, kind))


def sendable_until(account: Account, now: datetime, until: datetime, kind: Kind = _PLAIN) -> int:
    if account.config.status is not AccountStatus.ACTIVE:
        return 0
    carrier, end, sent = Carrier(account, now), (until - now).total_seconds(), 0.0
    moments = sorted({0.0, *(moment for moment in carrier.changes(end) if moment < end)})
    for start, following in zip(moments, [*moments[1:], end], strict=True):
        # Twice: the first mail of an account on trial lets the others go.
        for _ in range(2):
            count = int(carrier.room(start, following, kind) + LITTLE)
            if count:
                carrier.take(count, start, kind)
                sent += count
    return min(round(sent), _MORE_THAN_ANYBODY)


def room_from(account: Account, demand: Demand, now: datetime) -> datetime | None:
    """When its limit has room for such a mail, if it sends nothing before. None: not for two weeks."""
    carrier, kind = Carrier(account, now), Kind(demand.recipients, high=demand.high)
    # What was learned comes back between the ends of its windows.
    step, at = _HOUR if account.learned_daily else inf, 0.0
    while at < _LESSONS_ARE_FORGOTTEN.total_seconds():
        if carrier.left(at, kind) > 1 - LITTLE:
            return now + timedelta(seconds=at)
        at = min(carrier.more_at(at), at + step)
    return None
