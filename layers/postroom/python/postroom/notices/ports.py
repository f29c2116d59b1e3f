"""What the use cases of notices need from the outside."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from postroom.notices.model import Notice

Place = tuple[str, str]
"""Of a notice: its user's id and its event's."""


class NoticeStore(Protocol):
    """Everything is read as it is now. Every write may be repeated by a client that lost the answer to it."""

    def add(self, notices: Sequence[Notice]) -> list[Notice]:
        """Stores each, or gives back the one that is there already: what was said first counts. In the same order."""

    def get_many(self, tenant_id: str, places: Iterable[Place]) -> dict[Place, Notice]:
        """Those that are there."""

    def replace(self, seen: Notice, notice: Notice) -> bool:
        """Puts it, with ``seen.revision`` + 1, in the place of what was seen. False when that has changed since.

        True as well for what stands there already, by a write whose answer was lost.
        """
