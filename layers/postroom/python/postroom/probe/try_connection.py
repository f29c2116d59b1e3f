"""Tries an account's connection from the name of its server to the log-in, and tells its owner what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.sessions import NoRoom, Obstacle
from postroom.accounts.tested import ReportTest
from postroom.clock import Clock
from postroom.delivery.connections import Connections, Open, server_of
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Phase, Server, SessionFailed
from postroom.delivery.smtp.session import Session
from postroom.delivery.smtp.watch import Step
from postroom.probe.diagnose import Diagnose
from postroom.probe.model import Report, StepResult
from postroom.probe.walk import Walk
from postroom.probe.way import Way

_FOR_SECOND_LOOKS = 5.0

_CHANGED = "The account was changed while it was tested; test it again"
_BUSY = {
    Obstacle.LOGGING_IN: (
        "Not tested: somebody else is logging in, or was refused a moment ago, and a mailbox that is tried too often "
        "is locked. Test again in half a minute"
    ),
    Obstacle.FULL: "Not tested: the account has as many connections open as it may have",
}
_PASSED = {
    AccountStatus.ACTIVE: "The connection works, and the account is active",
    AccountStatus.INACTIVE: "The connection works; the account stays inactive until it is resumed",
}

_RESTS = "The connection works; the account rests until {until}, as its provider asked for, and sends nothing before"


class _Attempt:
    """One way to the server, or two when the password had been changed in the store."""

    def __init__(self, account: Account, way: Way, diagnose: Diagnose) -> None:
        self._server = server_of(account, None)
        self._walk = _walk_of(account)
        self._way = way
        self._diagnose = diagnose

    @property
    def steps(self) -> tuple[StepResult, ...]:
        return self._walk.results

    def open(self, server: Server, deadline: Deadline) -> Session:
        """Finds out why it failed while the place among the account's connections is still held."""
        self._walk.begin()
        try:
            return self._way(server, deadline.within(deadline.remaining() - _FOR_SECOND_LOOKS), self._walk.done)
        except SessionFailed as failure:
            step = self._walk.next_step
            self._walk.failed(step, partial(self._diagnose, server, step, failure, deadline))
            raise

    def ended(self, failure: SessionFailed, deadline: Deadline) -> None:
        """Also when it never came to a connection, since there is nothing to log in with."""
        if all(result.ok is not False for result in self._walk.results):
            step = Step.AUTH if failure.verdict.phase is Phase.AUTH else self._walk.next_step
            self._walk.failed(step, partial(self._diagnose, self._server, step, failure, deadline))


@dataclass(frozen=True)
class TryConnection:
    """``connections`` makes those of a test, with sessions that are opened by what it is given."""

    connections: Callable[[Open], Connections]
    way: Way
    report: ReportTest
    clock: Clock

    def __call__(self, account: Account, deadline: Deadline) -> Report:
        """Raises Unavailable when a store does not answer, and NotFound when the account is deleted meanwhile."""
        attempt = _Attempt(account, self.way, Diagnose(self.way))
        try:
            session = self.connections(attempt.open).open(account, deadline)
        except NoRoom as obstacle:
            return Report(account, _why_not(obstacle), attempt.steps, tested=False)
        except SessionFailed as failure:
            attempt.ended(failure, deadline)
            return _failed(self.report.failed(account, failure.verdict), attempt.steps)
        session.close()
        now = self.report.passed(account)
        if now is None:
            return Report(account, _CHANGED, attempt.steps)
        return Report(now, self._what_passed(now), attempt.steps, success=True)

    def _what_passed(self, account: Account) -> str:
        rest = account.rest_until
        if account.config.status is AccountStatus.ACTIVE and rest is not None and rest > self.clock():
            return _RESTS.format(until=rest.isoformat(timespec="seconds"))
        return _PASSED[account.config.status]


def not_tested(account: Account, why: str) -> Report:
    return Report(account, f"Not tested: {why}", _walk_of(account).results, tested=False)


def _failed(account: Account, steps: tuple[StepResult, ...]) -> Report:
    [failed] = [result for result in steps if result.ok is False]
    remedy = failed.advice.remedy if failed.advice else ""
    return Report(account, f"{failed.step.upper()} failed. {remedy}", steps)


def _why_not(obstacle: NoRoom) -> str:
    [reason] = obstacle.args
    return _BUSY.get(reason, f"Not tested: {reason}")


def _walk_of(account: Account) -> Walk:
    logs_in = account.config.smtp_username is not None or account.secret_version is not None
    return Walk(server_of(account, None).security, logs_in=logs_in)
