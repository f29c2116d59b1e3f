"""A digest: what one user hears of together, at a moment of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from postroom.ids import Seed

PREFIX = "dig"


class DigestStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    DONE = "done"
    FAILED = "failed"


TRANSITIONS: Mapping[DigestStatus, frozenset[DigestStatus]] = {
    DigestStatus.OPEN: frozenset({DigestStatus.CLOSED}),
    DigestStatus.CLOSED: frozenset({DigestStatus.DONE, DigestStatus.FAILED}),
    DigestStatus.DONE: frozenset(),
    DigestStatus.FAILED: frozenset(),
}
"""From each status, where it may go. What is closed takes nothing more in: what waits on goes into another one."""

WORKED_ON = frozenset({DigestStatus.OPEN, DigestStatus.CLOSED})


@dataclass(frozen=True, slots=True)
class Digest:
    """``first_due_at`` is what it was made for, and with the user its name.

    ``folded``: how many events its mails were to tell of, known when they are made.
    ``holder``, ``leased_until``, ``claims`` and ``faults`` are those of a lease.
    """

    tenant_id: str
    id: str
    user_id: str
    status: DigestStatus
    first_due_at: datetime
    kept_until: datetime
    detail: str | None = None
    holder: str | None = None
    leased_until: datetime | None = None
    claims: int = 0
    faults: int = 0
    folded: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """The mail of a digest to one address, and which events it tells of."""

    message_id: str
    address: str
    event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which mails a digest becomes, said once. ``unwanted``: events that its user does not want to hear of any more."""

    parts: tuple[Part, ...]
    unwanted: tuple[str, ...] = ()

    @property
    def folded(self) -> int:
        """How many events its mails are to tell of: what is taken out of it since is among them."""
        return sum(len(part.event_ids) for part in self.parts)


def digest_id(tenant_id: str, user_id: str, due_at: datetime) -> str:
    """There is one for a user and a moment: whatever falls due then is told together."""
    return Seed(due_at, f"{tenant_id}:{user_id}").id(PREFIX)


def message_id(digest: Digest, address: str) -> str:
    """The same whoever makes the mail, and however often."""
    return Seed(digest.first_due_at, f"{digest.id}:{address}").id("msg")
