"""What the pages need from the outside."""

from datetime import datetime
from typing import Protocol

from postroom.audit.model import Entries
from postroom.pages.model import Links


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


class MakeLinks(Protocol):
    def __call__(self, tenant_id: str, user_id: str, event_type: str | None) -> Links:
        """``event_type``: of which there may be less, or None for a digest."""
