"""Notices wait in digests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.digests.model import Digest, DigestStatus, digest_id
from postroom.digests.ports import DigestStore
from postroom.notices.model import Notice


@dataclass(frozen=True, slots=True)
class Collect:
    """``retention``: how long a digest is kept after it was due."""

    digests: DigestStore
    retention: timedelta

    def __call__(self, notice: Notice, due_at: datetime) -> bool:
        """Whether it is in the digest of its user that is due then; it may be told so again and again.

        False when that one takes nothing more in: another moment has to be found. The notice has to name this digest
        already (``digests.model.digest_id``). Raises Unavailable.
        """
        return self.digests.add(self._digest(notice, due_at), notice.event_id)

    def many(self, notices: Sequence[Notice], due_at: datetime) -> set[str]:
        """The same with those of one user: the events of which ones are in it."""
        return self.digests.add_all(self._digest(notices[0], due_at), [notice.event_id for notice in notices])

    def _digest(self, notice: Notice, due_at: datetime) -> Digest:
        tenant_id, user_id = notice.tenant_id, notice.user_id
        return Digest(
            tenant_id=tenant_id,
            id=digest_id(tenant_id, user_id, due_at),
            user_id=user_id,
            status=DigestStatus.OPEN,
            first_due_at=due_at,
            kept_until=due_at + self.retention,
        )
