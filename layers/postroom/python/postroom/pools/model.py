"""Pools: named sets of accounts, and how one of several accounts is chosen."""

import re
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


_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, and the Braille pattern without dots."""


def comparable(name: str) -> str:
    """Two pools of one tenant may not have names that a reader takes for the same. Empty: there is nothing to see."""
    seen = " ".join(_UNSEEN.sub("", name).split())
    return normalize("NFC", normalize("NFC", seen).casefold())
