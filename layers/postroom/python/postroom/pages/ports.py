"""What the pages need from the outside."""

from datetime import datetime
from typing import Protocol

from postroom.audit.model import Entries


class Seal(Protocol):
    def seal(self, text: str) -> str: ...

    def unseal(self, sealed: str) -> str:
        """Raises Unsendable for what was sealed by nobody of us, and Unavailable."""


class RevocationStore(Protocol):
    """Since when a user's links count. Everything is read as it is now. All raise Unavailable."""

    def revoked_at(self, tenant_id: str, user_id: str) -> datetime | None: ...

    def revoke(self, tenant_id: str, user_id: str, at: datetime, entries: Entries = ()) -> bool:
        """Of an earlier moment after a later one, the later one stays. False when there is no such user.

        It outlives the user, whose id may be another's soon.
        """
