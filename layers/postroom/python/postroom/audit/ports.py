"""What reading the audit log, and writing it alone, needs from the outside."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from postroom.audit.model import Action, Entries, Entry
from postroom.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class Filter:
    """What is None is not asked for. ``since`` is included, ``until`` is not."""

    action: Action | None = None
    target: str | None = None
    key_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def matches(self, entry: Entry) -> bool:
        """All but the time, which is the id's."""
        return (
            self.action in {None, entry.deed.action}
            and self.target in {None, entry.deed.target}
            and self.key_id in {None, entry.actor.key_id}
        )


class Log(Protocol):
    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Entry]:
        """By their ids. May be short, with a place to go on, when conditions are combined."""


WriteAlone = Callable[[Entries], None]
"""Writes what is told before something is done that changes no row. Raises Unavailable: then it must not be done."""
