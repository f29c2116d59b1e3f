"""From the token of a link to the user whom it stands for."""

from dataclasses import dataclass
from datetime import timedelta

from postroom.clock import Clock
from postroom.errors import NotFound
from postroom.pages import token
from postroom.pages.model import LIFETIME, Link
from postroom.pages.ports import RevocationStore, Seal
from postroom.users.manage import FindUsers

_CLOCKS_DIFFER = timedelta(seconds=1)
"""A user may be told of something right after being made, by a machine whose clock is slow."""


@dataclass(frozen=True, slots=True)
class OpenLink:
    seal: Seal
    users: FindUsers
    revocations: RevocationStore
    clock: Clock

    def __call__(self, text: str) -> Link:
        """Raises NotFound, whatever is wrong with it, and Unavailable."""
        link = token.unseal(text, self.seal)
        if self.clock() >= link.issued_at + LIFETIME or self._has_ended(link):
            raise NotFound
        return link

    def _has_ended(self, link: Link) -> bool:
        """Another user may have the id of one who was deleted."""
        user = self.users.one(link.tenant_id, link.user_id)
        if user.created_at - _CLOCKS_DIFFER > link.issued_at:
            return True
        revoked_at = self.revocations.revoked_at(link.tenant_id, link.user_id)
        return revoked_at is not None and link.issued_at <= revoked_at
