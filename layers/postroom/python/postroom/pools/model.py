"""Pools: named sets of accounts, and how one of several accounts is chosen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from unicodedata import normalize


class Strategy(StrEnum):
    """How an account is chosen among those that may carry a message; ``delivery.strategies`` has the rules."""

    RANDOM = "random"
    IDLE_LONGEST = "idle_longest"
    ROUND_ROBIN = "round_robin"
    STICKY = "sticky"


@dataclass(frozen=True, slots=True)
class Pool:
    """``account_ids`` are sorted, each once; a pool whose accounts were all deleted has none.

    ``strategy`` None: the tenant's. ``revision`` rises with each change.
    """

    tenant_id: str
    id: str
    name: str
    account_ids: tuple[str, ...]
    strategy: Strategy | None
    revision: int
    created_at: datetime
    updated_at: datetime


def comparable(name: str) -> str:
    """Two pools of one tenant may not have names that a reader takes for the same."""
    return normalize("NFC", normalize("NFC", name).casefold())
