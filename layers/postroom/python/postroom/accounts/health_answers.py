"""The JSON of how an account does: what it sent, day by day, and whether it is well."""

from datetime import datetime

from postroom.accounts.answers import LastErrorAnswer, LimitsAnswer
from postroom.accounts.circuit import Circuit, circuit_at
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.sessions import logins_today, open_sessions
from postroom.accounts.usage import DayUsage
from postroom.web.body import ResponseBody


class DayAnswer(ResponseBody):
    """``used`` is what counts for the limit, in the unit of the quota; the others are tries, one for each message.

    ``deferred`` has them by the class of the reply; a message that is tried again is counted again.
    """

    day: str
    used: int
    sent: int
    failed: int
    deferred: dict[str, int]

    @classmethod
    def of(cls, usage: DayUsage) -> "DayAnswer":
        return cls(day=usage.day, used=usage.used, sent=usage.sent, failed=usage.failed, deferred=dict(usage.deferred))


class UsageAnswer(ResponseBody):
    """``logins`` are today's, ``open_connections`` those of this moment."""

    account_id: str
    timezone: str
    logins: int
    open_connections: int
    items: list[DayAnswer]


class HealthAnswer(ResponseBody):
    """``circuit``: open, nothing is sent; half_open, one mail at a time is tried; closed, all is well.

    ``open_until`` is null for a circuit that only its owner closes. ``token_expires_at`` is of the access token of
    OAuth2, which is renewed before.
    """

    account_id: str
    status: AccountStatus
    circuit: Circuit
    open_until: datetime | None
    consecutive_faults: int
    last_success: datetime | None
    last_error: LastErrorAnswer | None
    token_expires_at: datetime | None
    limits: LimitsAnswer
    logins: int
    open_connections: int

    @classmethod
    def of(cls, account: Account, now: datetime) -> "HealthAnswer":
        return cls(
            account_id=account.id,
            status=account.config.status,
            circuit=circuit_at(account, now),
            open_until=account.rest_until if account.rests_at(now) else None,
            consecutive_faults=account.faults,
            last_success=account.last_success,
            last_error=LastErrorAnswer.of(account.last_error) if account.last_error else None,
            token_expires_at=account.authorization.expires_at if account.authorization else None,
            limits=LimitsAnswer.of(account, now),
            logins=logins_today(account, now),
            open_connections=open_sessions(account, now),
        )
