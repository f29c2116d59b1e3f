"""The end of all links of a user."""

from dataclasses import dataclass
from datetime import datetime

from postroom.audit.acting import entries_of
from postroom.clock import Clock
from postroom.errors import NotFound
from postroom.pages.deeds import links_revoked
from postroom.pages.ports import RevocationStore


@dataclass(frozen=True, slots=True)
class RevokeLinks:
    revocations: RevocationStore
    clock: Clock

    def __call__(self, tenant_id: str, user_id: str) -> datetime:
        """Every link of this user that there is ends; those of later mails work. Raises NotFound and Unavailable."""
        now = self.clock()
        if not self.revocations.revoke(tenant_id, user_id, now, entries_of(tenant_id, links_revoked(user_id, now))):
            raise NotFound
        return now
