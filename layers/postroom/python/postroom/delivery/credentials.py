"""What an account logs in with, wherever that comes from."""

from typing import Protocol

from postroom.accounts.model import Account
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Credential


class Credentials(Protocol):
    """One port for all who open a session.

    Both raise SessionFailed when the account has nothing left to log in with, NoRoom when that is not there yet (the
    mail waits, and nobody is to blame), and Unavailable when a store does not answer.
    """

    def read(self, account: Account, deadline: Deadline) -> Credential | None:
        """None when the account's server asks for nothing, as one on a local host may."""

    def after_refusal(self, account: Account, refused: Credential, deadline: Deadline) -> Credential | None:
        """What may be tried once more in place of the one that the server refused; None when there is nothing else."""
