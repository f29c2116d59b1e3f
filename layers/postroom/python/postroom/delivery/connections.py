"""Opens sessions for accounts, and takes up those that are still open from before."""

import time
from collections.abc import Callable
from datetime import timedelta

from postroom.accounts.logins import LogIns, Permit
from postroom.accounts.model import Account, AccountConfig
from postroom.accounts.ports import Passwords
from postroom.accounts.sessions import LONGEST_LOGIN
from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import KeptSession, Session, SessionKeeper, SessionKey
from postroom.delivery.model import Phase, ReplyClass, Security, Server, SessionFailed, Verdict
from postroom.delivery.registered import RegisteredSession
from postroom.errors import NotFound

Open = Callable[[Server, Deadline], Session]

_PATIENCE = timedelta(seconds=2)
"""The longest wait for the log-ins of other senders: at a cold start they come one after another."""

_STOPS_OTHERS = frozenset({ReplyClass.AUTH, ReplyClass.RATE, ReplyClass.QUOTA})
"""Refusals that are the account's. Nobody else is let in before they are taken down with it."""


class Connections:
    """``now`` is the keeper's. A password is remembered with its version, and only the latest of an account."""

    def __init__(
        self,
        open_session: Open,
        passwords: Passwords,
        keeper: SessionKeeper,
        log_ins: LogIns,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._open_session = open_session
        self._passwords = passwords
        self._keeper = keeper
        self._log_ins = log_ins
        self._now = now
        self._passwords_read: dict[str, tuple[str, str]] = {}

    def take(self, account: Account, deadline: Deadline) -> KeptSession:
        """The session that was kept for this account, or a new one. Raises as ``open`` does."""
        kept = self._keeper.take(_key(account))
        return kept or self.open(account, deadline)

    def has_place(self, account: Account) -> bool:
        """Whether ``take`` may find one: without, a reservation would be made and settled for nothing."""
        return self._keeper.has(_key(account)) or self._log_ins.has_place(account)

    def open(self, account: Account, deadline: Deadline) -> KeptSession:
        """A new session. Raises NoRoom, SessionFailed, and Unavailable when a store does not answer."""
        patience = min(_PATIENCE, timedelta(seconds=max(0.0, deadline.remaining())))
        permit = self._log_ins.permit(account, patience)
        session = self._logged_in(account, permit, deadline.within(LONGEST_LOGIN.total_seconds()))
        return RegisteredSession(session, self._log_ins.ready(permit), self._log_ins, self._now)

    def _logged_in(self, account: Account, permit: Permit, deadline: Deadline) -> Session:
        try:
            return self._log_in(account, deadline)
        except BaseException as failure:
            if not _stops_others(failure):
                self._log_ins.closed(permit)
            raise

    def _log_in(self, account: Account, deadline: Deadline) -> Session:
        """A refused password may have been changed in the store itself: once more with that one."""
        password = self._known_password(account)
        try:
            return self._open_session(_server(account, password), deadline)
        except SessionFailed as failure:
            if failure.verdict.reply_class is not ReplyClass.AUTH or account.secret_version is None:
                raise
            current = self._read(account, None)
            if current == password:
                raise
        session = self._open_session(_server(account, current), deadline)
        self._passwords_read[account.id] = account.secret_version, current
        return session

    def give_back(self, account: Account, session: KeptSession) -> None:
        self._keeper.give_back(_key(account), session)

    def _known_password(self, account: Account) -> str | None:
        if account.secret_version is None:
            return None
        version, password = self._passwords_read.get(account.id, ("", ""))
        if version != account.secret_version:
            password = self._pinned(account)
            self._passwords_read[account.id] = account.secret_version, password
        return password

    def _pinned(self, account: Account) -> str:
        try:
            return self._passwords.read(account.tenant_id, account.id, account.secret_version)[0]
        except NotFound:
            # Versions that others have replaced since do not stay for ever.
            return self._read(account, None)

    def _read(self, account: Account, version: str | None) -> str:
        try:
            return self._passwords.read(account.tenant_id, account.id, version)[0]
        except NotFound as error:
            words = "The account's password is not in the store any more; set it again"
            raise SessionFailed(Verdict(ReplyClass.AUTH, Phase.AUTH, words)) from error


def _stops_others(failure: BaseException) -> bool:
    return isinstance(failure, SessionFailed) and failure.verdict.reply_class in _STOPS_OTHERS


def _key(account: Account) -> SessionKey:
    return SessionKey(account.id, account.revision, account.secret_version, account.may_pipeline)


def _server(account: Account, password: str | None) -> Server:
    config = account.config
    return Server(
        host=config.smtp_host,
        port=config.smtp_port,
        security=_security(config),
        username=config.smtp_username,
        password=password,
        pipelining=account.may_pipeline,
    )


def _security(config: AccountConfig) -> Security:
    if config.smtp_use_ssl:
        return Security.IMPLICIT
    return Security.STARTTLS if config.smtp_use_tls else Security.PLAIN
