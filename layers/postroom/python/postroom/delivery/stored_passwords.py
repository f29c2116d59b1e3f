"""An account's password as its credential."""

import logging

from postroom.accounts.model import Account
from postroom.accounts.ports import Passwords
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Credential, Password, Phase, ReplyClass, SessionFailed, Verdict
from postroom.errors import NotFound, Unavailable

log = logging.getLogger(__name__)


class StoredPasswords:
    """A password is remembered with its version, and only the latest of an account."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._known: dict[str, tuple[str, str]] = {}

    def read(self, account: Account, _deadline: Deadline) -> Credential | None:
        username, version = account.config.smtp_username, account.secret_version
        if username is None or version is None:
            return None
        known_version, text = self._known.get(account.id, ("", ""))
        if known_version != version:
            text = self._pinned(account, version)
            self._known[account.id] = version, text
        return Password(username, text)

    def after_refusal(self, account: Account, refused: Credential, _deadline: Deadline) -> Credential | None:
        """It may have been changed in the store itself. Unless that says so now, the refusal stands."""
        if account.secret_version is None:
            return None
        try:
            current = self._passwords.read(account.tenant_id, account.id)
        except NotFound:
            return None  # What the server said says more than that there is no other.
        except Unavailable:
            log.warning("A refused password was not looked up again", extra={"account_id": account.id})
            return None
        if current == refused.text:
            return None
        self._known[account.id] = account.secret_version, current
        return Password(refused.username, current)

    def _pinned(self, account: Account, version: str) -> str:
        try:
            return self._passwords.read(account.tenant_id, account.id, version)
        except NotFound:
            # Versions that others have replaced since do not stay for ever.
            return self._current(account)

    def _current(self, account: Account) -> str:
        try:
            return self._passwords.read(account.tenant_id, account.id)
        except NotFound as error:
            words = "The account's password is not in the store any more; set it again"
            raise SessionFailed(Verdict(ReplyClass.AUTH, Phase.AUTH, words)) from error
