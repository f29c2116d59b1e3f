"""Whether an account can send a mail at a moment, and if not, why and from when on."""

from dataclasses import dataclass
from datetime import datetime

from postroom.accounts.limits import Demand
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.pace import slots_within
from postroom.accounts.quota import Usage, usage_at
from postroom.clock import from_milliseconds
from postroom.delivery.room import PATIENCE

_STOPPED = {
    AccountStatus.INACTIVE: "is paused",
    AccountStatus.PENDING: "is pending: it has not passed its test",
    AccountStatus.ERROR: "was stopped",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """``since`` None and not ``can_send``: somebody has to act first."""

    account: Account
    can_send: bool
    because: str
    since: datetime | None


def standing_of(account: Account, demand: Demand, now: datetime) -> Standing:
    if account.config.status is not AccountStatus.ACTIVE:
        return Standing(account, can_send=False, because=_why_stopped(account), since=None)
    usage = usage_at(account, now)
    if demand.units(usage.limits.unit) > usage.limits.open_to(demand):
        return Standing(account, can_send=False, because=_why_never(usage, demand), since=None)
    if account.rest_until is not None and account.rest_until > now:
        return Standing(
            account, can_send=False, because=_words("rests after a fault", account), since=account.rest_until
        )
    if not usage.has_room_for(demand):
        return Standing(account, can_send=False, because=_why_full(usage, demand), since=usage.resets_at)
    spacing = usage.limits.spacing_ms
    if not slots_within(account, spacing, now, PATIENCE):
        since = from_milliseconds(account.counter.next_send_ms)
        return Standing(account, can_send=False, because=f"sends one mail every {spacing / 1000:g} s", since=since)
    because = "is tried with one mail first" if account.is_on_trial else f"has {usage.left_for(demand)} left"
    return Standing(account, can_send=True, because=because, since=now)


def _why_stopped(account: Account) -> str:
    return _words(_STOPPED[account.config.status], account)


def _words(sentence: str, account: Account) -> str:
    return f"{sentence}: {account.last_error.words}" if account.last_error else sentence


def _why_never(usage: Usage, demand: Demand) -> str:
    limits = usage.limits
    if not limits.open_to(demand):
        return "has a limit of 0" if not limits.daily else "keeps its whole limit for mail of high priority"
    return f"may send to {limits.open_to(demand)} recipients a day, and this has {demand.recipients}"


def _why_full(usage: Usage, demand: Demand) -> str:
    if usage.left_for(demand) < usage.remaining:
        return f"keeps the {usage.remaining} that are left of {usage.limits.daily} for mail of high priority"
    return f"has used its limit of {usage.limits.daily}"
