"""Opens sessions for accounts, and takes up those that are still open from before."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from postroom.accounts.logins import LogIns, Permit
from postroom.accounts.model import Account, AccountConfig
from postroom.accounts.sessions import LONGEST_LOGIN, NoRoom
from postroom.delivery.credentials import Credentials
from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import KeptSession, Session, SessionKeeper, SessionKey
from postroom.delivery.model import Credential, ReplyClass, Security, Server, SessionFailed
from postroom.delivery.registered import RegisteredSession
from postroom.errors import Misconfigured, Unavailable

Open = Callable[[Server, Deadline], Session]

PATIENCE = timedelta(seconds=2)
"""The longest wait for the log-ins of other senders: at a cold start they come one after another."""

_STOPS_OTHERS = frozenset({ReplyClass.AUTH, ReplyClass.RATE, ReplyClass.QUOTA})
"""Refusals that are the account's. Nobody else is let in before they are taken down with it."""


class Connections:
    """``now`` is the keeper's."""

    def __init__(
        self,
        open_session: Open,
        credentials: Credentials,
        keeper: SessionKeeper,
        log_ins: LogIns,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._open_session = open_session
        self._credentials = credentials
        self._keeper = keeper
        self._log_ins = log_ins
        self._now = now

    def take(self, account: Account, deadline: Deadline) -> KeptSession:
        """The session that was kept for this account, or a new one. Raises as ``open`` does."""
        kept = self._keeper.take(_key(account))
        return kept or self.open(account, deadline)

    def has_place(self, account: Account) -> bool:
        """Whether ``take`` may find one: without, a reservation would be made and settled for nothing."""
        return self._keeper.has(_key(account)) or self._log_ins.has_place(account)

    def open(self, account: Account, deadline: Deadline) -> KeptSession:
        """A new session. Raises NoRoom, SessionFailed, and Unavailable when a store does not answer."""
        credential = self._credentials.read(account, deadline)
        patience = min(PATIENCE, timedelta(seconds=max(0.0, deadline.remaining())))
        permit = self._log_ins.permit(account, patience)
        session = self._logged_in(account, credential, permit, deadline.within(LONGEST_LOGIN.total_seconds()))
        return RegisteredSession(session, self._log_ins.ready(permit), self._log_ins, self._now)

    def _logged_in(
        self, account: Account, credential: Credential | None, permit: Permit, deadline: Deadline
    ) -> Session:
        try:
            return self._log_in(account, credential, deadline)
        except BaseException as failure:
            if not _stops_others(failure):
                self._log_ins.closed(permit)
            raise

    def _log_in(self, account: Account, credential: Credential | None, deadline: Deadline) -> Session:
        """What was refused may have been replaced meanwhile: once more with that."""
        try:
            return self._open_session(server_of(account, credential), deadline)
        except SessionFailed as failure:
            if failure.verdict.reply_class is not ReplyClass.AUTH or credential is None:
                raise
            other = self._in_place_of(credential, account, failure, deadline)
            if other is None:
                raise
        return self._open_session(server_of(account, other), deadline)

    def _in_place_of(
        self, refused: Credential, account: Account, failure: SessionFailed, deadline: Deadline
    ) -> Credential | None:
        try:
            return self._credentials.after_refusal(account, refused, deadline)
        except (NoRoom, Unavailable, Misconfigured) as obstacle:
            # Nobody knows whether its owner has to act. A rest, or the same would be refused over and over.
            raise SessionFailed(replace(failure.verdict, reply_class=ReplyClass.RATE), failure.transcript) from obstacle

    def give_back(self, account: Account, session: KeptSession) -> None:
        """Keeps it for the next batch. The last place of an account goes round instead; ``account`` as just seen."""
        if self._log_ins.is_to_be_handed_on(account):
            session.close()
            return
        self._keeper.give_back(_key(account), session)


def _stops_others(failure: BaseException) -> bool:
    return isinstance(failure, SessionFailed) and failure.verdict.reply_class in _STOPS_OTHERS


def _key(account: Account) -> SessionKey:
    return SessionKey(account.id, account.revision, account.secret_version, account.may_pipeline)


def server_of(account: Account, credential: Credential | None) -> Server:
    config = account.config
    return Server(
        host=config.smtp_host,
        port=config.smtp_port,
        security=_security(config),
        credential=credential,
        pipelining=account.may_pipeline,
    )


def _security(config: AccountConfig) -> Security:
    if config.smtp_use_ssl:
        return Security.IMPLICIT
    return Security.STARTTLS if config.smtp_use_tls else Security.PLAIN
