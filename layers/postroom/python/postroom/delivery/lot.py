"""Sends one account's share of a batch over its session."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from postroom import faults
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.report import ReportHealth
from postroom.accounts.reserve import Settle
from postroom.accounts.sessions import NoRoom
from postroom.delivery.connections import Connections
from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import KeptSession, Session
from postroom.delivery.lot_flow import Faults, LotFlow
from postroom.delivery.lot_model import SECONDS_FOR_ONE, Lot, LotResult
from postroom.delivery.model import Phase, ReplyClass, SessionFailed, Verdict
from postroom.delivery.scribe import Scribe
from postroom.errors import Unavailable
from postroom.persistence import persistently

log = logging.getLogger(__name__)

_BROKEN_SESSIONS_AT_MOST = 2
_SECONDS_FOR_SETTLING = 5.0
_OF_THE_SESSION = frozenset({ReplyClass.INFRASTRUCTURE, ReplyClass.UNCERTAIN})


Stopped = Callable[[str, str], None]
"""Told a tenant's and an account's id: mails have appointments with it that will not be kept."""


@dataclass(frozen=True, slots=True)
class SendLot:
    connections: Connections
    scribe: Scribe
    settle: Settle
    health: ReportHealth
    stopped: Stopped
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, lot: Lot, deadline: Deadline) -> LotResult:
        result = LotResult()
        with self._reservation(lot, result, deadline):
            flow = LotFlow(lot, self.scribe, deadline, result, self.sleep)
            try:
                self._send(flow, lot.granted.account, deadline)
            except Exception as error:  # noqa: BLE001 - a fault in one lot must not take the others along
                log.error("A lot could not be sent", extra=faults.described(error))
                flow.abandon()
            finally:
                flow.finish()
        return result

    def _send(self, flow: LotFlow, account: Account, deadline: Deadline) -> None:
        broken = 0
        with self._line(account, deadline) as line:
            while flow.has_more and broken < _BROKEN_SESSIONS_AT_MOST:
                session = self._session(line, flow)
                if session is None:
                    return
                session.deliver_all(flow, deadline)
                accepted, against = flow.accepted, _against(flow, session, deadline)
                broken += _BROKEN_SESSIONS_AT_MOST if against.keys() - _OF_THE_SESSION else bool(against)
                if session.misbehaviour:
                    self._do_without_pipelining(line, session.misbehaviour)
                    against = {kind: against[kind] for kind in against.keys() - _OF_THE_SESSION}
                self._report(line, against, accepted=accepted)
        flow.give_up()

    def _session(self, line: "_Line", flow: LotFlow) -> Session | None:
        if line.deadline.remaining() < SECONDS_FOR_ONE:
            flow.leave()
            return None
        try:
            return line.ready()
        except SessionFailed as failure:
            self._report(line, {failure.verdict.reply_class: failure.verdict})
            flow.give_up(self.scribe.attempt(failure.verdict, line.account, failure.transcript))
        except NoRoom:
            flow.give_up()
        except Unavailable:
            log.warning("A session could not be opened for a reason of ours", extra={"account_id": line.account.id})
            flow.leave()
        return None

    def _report(self, line: "_Line", against: Faults, *, accepted: bool = False) -> None:
        for reply_class, verdict in against.items():
            log.warning("An account met a fault", extra={"account_id": line.account.id, "class": str(reply_class)})
            with _unanswered_is_logged("A fault of an account was not noted"):
                line.account = self.health.fault(line.account, verdict)
                if line.account.config.status is AccountStatus.ERROR:
                    self.stopped(line.account.tenant_id, line.account.id)
        if accepted and not against:
            with _unanswered_is_logged("A recovery of an account was not noted"):
                self.health.success(line.account)

    def _do_without_pipelining(self, line: "_Line", words: str) -> None:
        """What broke is the extension's fault, and not held against the account."""
        log.warning("A server does pipelining badly", extra={"account_id": line.account.id})
        line.go_on_as(self.health.pipelining_failed(line.account, words))

    @contextmanager
    def _line(self, account: Account, deadline: Deadline) -> Iterator["_Line"]:
        line = _Line(self.connections, account, deadline)
        try:
            yield line
        finally:
            line.give_back()

    @contextmanager
    def _reservation(self, lot: Lot, result: LotResult, deadline: Deadline) -> Iterator[None]:
        try:
            yield
        finally:
            with _unanswered_is_logged("A reservation stays open until its window moves"):
                unused = max(0, lot.granted.units - result.counted)
                left = deadline.within(_SECONDS_FOR_SETTLING).remaining
                persistently(lambda: self.settle(lot.granted, unused, result.tally), left)


class _Line:
    """The session of one account while its lot is sent; a new one when it broke."""

    def __init__(self, connections: Connections, account: Account, deadline: Deadline) -> None:
        self._connections = connections
        self._session: KeptSession | None = None
        self.account = account
        self.deadline = deadline

    def ready(self) -> Session:
        """Raises SessionFailed, NoRoom, and Unavailable when something of ours does not do its part."""
        if self._session is None:
            self._session = self._connections.take(self.account, self.deadline)
        elif not self._session.usable:
            self._session.close()
            self._session = None
            self._session = self._connections.open(self.account, self.deadline)
        return self._session

    def go_on_as(self, account: Account) -> None:
        """What was learned of the account makes the session one of the past."""
        if self._session is not None:
            self._session.close()
            self._session = None
        self.account = account

    def give_back(self) -> None:
        if self._session is not None:
            self._connections.give_back(self.account, self._session)


def _against(flow: LotFlow, session: Session, deadline: Deadline) -> Faults:
    """One of each class: what broke many mails at once is one fault of the account, and our own haste is none."""
    touched = flow.touched
    against = dict(flow.next_session())
    if deadline.remaining() <= 0:
        against.pop(ReplyClass.INFRASTRUCTURE, None)
    if not against and not session.usable and not touched:
        ended = Verdict(ReplyClass.INFRASTRUCTURE, Phase.MAIL, "The server ended the session")
        return {ended.reply_class: ended}
    return against


@contextmanager
def _unanswered_is_logged(sentence: str) -> Iterator[None]:
    # The mail is out or on its way; bookkeeping that fails now must not make it look otherwise.
    try:
        yield
    except Unavailable:
        log.warning(sentence)
