"""Whether an account can send a mail at a moment, and if not, why and from when on."""

from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.limits import Demand, whole_limits
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.pace import PATIENCE, kept_until_ms, slots_within
from postroom.accounts.usage_now import usage_at
from postroom.capacity.supply import room_from
from postroom.clock import from_milliseconds
from postroom.delivery.why import why_no_room, why_paced, why_resting, why_stopped


@dataclass(frozen=True, slots=True)
class Standing:
    """``since`` None and not ``can_send``: somebody has to act first."""

    account: Account
    can_send: bool
    because: str
    since: datetime | None


def standing_of(account: Account, demand: Demand, now: datetime) -> Standing:
    if account.config.status is not AccountStatus.ACTIVE:
        return _unable(account, why_stopped(account), None)
    usage = usage_at(account, now)
    if not whole_limits(account, now).takes(demand):
        return _unable(account, why_no_room(usage, demand), None)
    if account.rests_at(now):
        return _unable(account, why_resting(account), account.rest_until)
    if not usage.has_room_for(demand):
        return _unable(account, why_no_room(usage, demand), room_from(account, demand, now))
    if not slots_within(account, usage.limits.spacing_ms, now, PATIENCE, high=demand.high):
        kept_ms = 0 if demand.high else kept_until_ms(account)
        since = from_milliseconds(max(account.counter.next_send_ms, kept_ms))
        return _unable(account, why_paced(usage.limits), since)
    because = "is tried with one mail first" if account.is_on_trial else f"has {usage.left_for(demand)} left"
    return Standing(account, can_send=True, because=because, since=now)


def _unable(account: Account, because: str, since: datetime | None) -> Standing:
    return Standing(account, can_send=False, because=because, since=since)
