"""Whether an account may carry mail now, in the words of a circuit breaker."""

from datetime import datetime
from enum import StrEnum

from postroom.accounts.model import Account, AccountStatus


class Circuit(StrEnum):
    """OPEN: nothing is sent. HALF_OPEN: one mail at a time is tried. CLOSED: all is well."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


def circuit_at(account: Account, now: datetime) -> Circuit:
    """An account that its owner has paused is a matter of its status, and not of its circuit."""
    if account.rests_at(now) or account.config.status is AccountStatus.ERROR:
        return Circuit.OPEN
    return Circuit.HALF_OPEN if account.is_on_trial else Circuit.CLOSED
