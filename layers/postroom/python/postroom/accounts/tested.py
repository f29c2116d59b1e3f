"""What the test of an account's connection does to the account.

One that passes makes a pending or a stopped account active. A log-in says nothing about a rest that its provider asked
for, and nothing against the wish of an owner who switched the account off.
"""

from datetime import datetime

from postroom.accounts.deeds import account_activated
from postroom.accounts.health import cleared_of
from postroom.accounts.manage import AccountsChanged
from postroom.accounts.model import Account, AccountEvent, AccountStatus, EventKind, LastError
from postroom.accounts.ports import AccountRows
from postroom.accounts.record import error_record
from postroom.accounts.report import ReportHealth
from postroom.audit.acting import entries_of
from postroom.change import Change, Equals, Set
from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.delivery.model import ReplyClass, Verdict
from postroom.errors import NotFound
from postroom.ids import new_id

_BECOMES_ACTIVE = frozenset({AccountStatus.PENDING, AccountStatus.ERROR})
_ASKED_FOR_REST = frozenset({ReplyClass.RATE, ReplyClass.QUOTA})
_COUNTS = frozenset({ReplyClass.AUTH, ReplyClass.RATE, ReplyClass.QUOTA})
"""What the server said of the account. That it was not reached in a test's short time is told to the owner alone."""

_PASSED = "The connection was tested, and the account is active"


class ReportTest:
    def __init__(
        self, store: AccountRows, health: ReportHealth, accounts_changed: AccountsChanged, clock: Clock
    ) -> None:
        self._store = store
        self._health = health
        self._accounts_changed = accounts_changed
        self._clock = clock

    def passed(self, account: Account) -> Account | None:
        """The account as it is now, or None when it was changed meanwhile: what was tested was another one.

        Writes nothing when there is nothing to change. Raises NotFound when it is gone.
        """
        change = plan_passed(account)
        if change is None:
            return account
        activates = account.config.status in _BECOMES_ACTIVE
        entries = entries_of(account.tenant_id, account_activated(account)) if activates else ()
        outcome = self._store.change(account.tenant_id, account.id, change, entries)
        if outcome.row is None:
            raise NotFound
        if not isinstance(outcome, Applied) and not _is_done(outcome.row, account):
            return None
        if activates:
            self._tell(account)
        return outcome.row

    def failed(self, account: Account, verdict: Verdict) -> Account:
        """The account as it is now, as far as it is this one still."""
        if verdict.reply_class not in _COUNTS:
            return account
        if account.config.status is AccountStatus.ACTIVE:
            return self._health.fault(account, verdict)
        outcome = self._store.change(account.tenant_id, account.id, plan_noted(account, verdict, self._clock()))
        return outcome.row if isinstance(outcome, Applied) else account

    def _tell(self, account: Account) -> None:
        now = self._clock()
        event = AccountEvent(new_id("evt", now), now, EventKind.PROVEN, _PASSED)
        self._store.note(account.tenant_id, account.id, event)
        self._accounts_changed(account.tenant_id, account.id)


def plan_passed(account: Account) -> Change | None:
    """For the configuration and the status that were tested; None when there is nothing to change."""
    status = account.config.status
    error = account.last_error
    rests = error is not None and error.reply_class in _ASKED_FOR_REST
    proof = Change((Set(("proven",), account.revision),), _as_tested(account))
    if status in _BECOMES_ACTIVE:
        return proof + cleared_of(account) + Change((Set(("status",), str(AccountStatus.ACTIVE)),))
    if status is AccountStatus.ACTIVE and not rests and (account.faults or error or account.rest_until):
        return proof + cleared_of(account)
    return None if account.proven == account.revision else proof


def plan_noted(account: Account, verdict: Verdict, now: datetime) -> Change:
    error = LastError(now, verdict.reply_class, verdict.words)
    return Change((Set(("last_error",), error_record(error)),), _as_tested(account))


def _as_tested(account: Account) -> tuple[Equals, Equals]:
    return Equals(("revision",), account.revision), Equals(("status",), str(account.config.status))


def _is_done(row: Account, tested: Account) -> bool:
    """By our own write, whose answer was lost, or by another test of the same configuration."""
    same = row.revision == tested.revision == row.proven
    return same and row.config.status is AccountStatus.ACTIVE
