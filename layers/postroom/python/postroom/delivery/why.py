"""Why an account cannot carry a mail now, in words that follow its address."""

from postroom.accounts.limits import Demand, Limits
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.usage_now import Usage

_STOPPED = {
    AccountStatus.INACTIVE: "is inactive until its owner resumes it",
    AccountStatus.PENDING: "is pending until its connection has been tested",
    AccountStatus.ERROR: "was stopped",
}


def why_stopped(account: Account) -> str:
    return _with_words(_STOPPED[account.config.status], account)


def why_resting(account: Account) -> str:
    return _with_words("rests after a fault", account)


def why_no_room(usage: Usage, demand: Demand) -> str:
    limits = usage.limits
    if not limits.takes(demand):
        return _why_never(limits, demand)
    left = usage.left_for(demand)
    if left:
        return f"has {left} left of its limit of {limits.daily}, and it has {demand.recipients} recipients"
    if usage.remaining:
        return f"keeps the {usage.remaining} that are left of {limits.daily} for mail of high priority"
    return f"has used its limit of {limits.daily}"


def why_paced(limits: Limits) -> str:
    return f"sends one mail every {limits.spacing_ms / 1000:g} s"


def _why_never(limits: Limits, demand: Demand) -> str:
    if demand.recipients > limits.recipients:
        return f"may send a mail to {limits.recipients} recipients at most, and it has {demand.recipients}"
    if not limits.daily:
        return "has a limit of 0"
    if not limits.open_to(demand):
        return "keeps its whole limit for mail of high priority"
    return f"may send to {limits.open_to(demand)} recipients a day, and it has {demand.recipients}"


def _with_words(sentence: str, account: Account) -> str:
    return f"{sentence}: {account.last_error.words}" if account.last_error else sentence
