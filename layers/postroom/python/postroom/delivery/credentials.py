"""What an account logs in with, wherever that comes from."""

from typing import Protocol

from postroom.accounts.model import Account, CredentialKind
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Credential


class Credentials(Protocol):
    """One port for all who open a session.

    Both raise SessionFailed when the account has nothing left to log in with, NoRoom when that is not there yet (the
    mail waits, and nobody is to blame), and Unavailable when a store does not answer. After a refusal the account rests
    in both cases.
    """

    def read(self, account: Account, deadline: Deadline) -> Credential | None:
        """None when the account's server asks for nothing, as one on a local host may."""

    def after_refusal(self, account: Account, refused: Credential, deadline: Deadline) -> Credential | None:
        """What may be tried once more in place of the one that the server refused; None when there is nothing else."""


class ByKind:
    def __init__(self, passwords: Credentials, access_tokens: Credentials) -> None:
        self._passwords = passwords
        self._access_tokens = access_tokens

    def read(self, account: Account, deadline: Deadline) -> Credential | None:
        return self._of(account).read(account, deadline)

    def after_refusal(self, account: Account, refused: Credential, deadline: Deadline) -> Credential | None:
        return self._of(account).after_refusal(account, refused, deadline)

    def _of(self, account: Account) -> Credentials:
        return self._access_tokens if account.config.credential is CredentialKind.OAUTH2 else self._passwords
