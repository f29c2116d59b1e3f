"""Opens sessions for accounts, and takes up those that are still open from before."""

from collections.abc import Callable

from postroom.accounts.model import Account, AccountConfig
from postroom.accounts.ports import Passwords
from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import Session, SessionKeeper, SessionKey
from postroom.delivery.model import Phase, ReplyClass, Security, Server, SessionFailed, Verdict
from postroom.errors import NotFound

Open = Callable[[Server, Deadline], Session]


class Connections:
    def __init__(self, open_session: Open, passwords: Passwords, keeper: SessionKeeper) -> None:
        self._open_session = open_session
        self._passwords = passwords
        self._keeper = keeper
        self._known: dict[SessionKey, str] = {}

    def take(self, account: Account, deadline: Deadline) -> Session:
        """A session for this account. Raises SessionFailed, and Unavailable when the password cannot be read."""
        kept = self._keeper.take(_key(account))
        return kept or self.open(account, deadline)

    def open(self, account: Account, deadline: Deadline) -> Session:
        """A new session. A refused password may have been changed in the store itself: once more with that one."""
        password = self._known_password(account)
        try:
            return self._open_session(_server(account.config, password), deadline)
        except SessionFailed as failure:
            if failure.verdict.reply_class is not ReplyClass.AUTH or account.secret_version is None:
                raise
            current = self._read(account, None)
            if current == password:
                raise
        session = self._open_session(_server(account.config, current), deadline)
        self._known[_key(account)] = current
        return session

    def give_back(self, account: Account, session: Session) -> None:
        self._keeper.give_back(_key(account), session)

    def _known_password(self, account: Account) -> str | None:
        if account.secret_version is None:
            return None
        key = _key(account)
        if key not in self._known:
            self._known[key] = self._pinned(account)
        return self._known[key]

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


def _key(account: Account) -> SessionKey:
    return account.id, account.revision, account.secret_version


def _server(config: AccountConfig, password: str | None) -> Server:
    return Server(
        host=config.smtp_host,
        port=config.smtp_port,
        security=_security(config),
        username=config.smtp_username,
        password=password,
    )


def _security(config: AccountConfig) -> Security:
    if config.smtp_use_ssl:
        return Security.IMPLICIT
    return Security.STARTTLS if config.smtp_use_tls else Security.PLAIN
