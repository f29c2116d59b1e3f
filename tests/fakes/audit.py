"""The audit log in memory, and somebody who acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from postroom.audit.acting import Acting, acting
from postroom.audit.model import KEPT, Actor, Entries, Entry
from postroom.audit.ports import Filter
from postroom.ids import Seed, first_id
from postroom.paging import Page, PageRequest, page_of
from tests.fakes.time import NOON

ADMIN = Actor("ten_a", "key_admin", "admin", "user-1", "192.0.2.7", "curl/8", "request-1")
PLATFORM = Actor("platform", "key_platform", "platform", None, "192.0.2.8", "curl/8", "request-2")


@contextmanager
def acts(actor: Actor = ADMIN, *, seed: Seed | None = None, now: datetime = NOON) -> Iterator[None]:
    with acting(Acting(actor, seed or Seed.fresh(now), now, KEPT)):
        yield


class MemoryAuditLog:
    """What a fake store writes beside its changes, too: an id is there once."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}

    def write(self, entries: Entries) -> None:
        self._entries |= {(entry.tenant_id, entry.id): entry for entry in entries}

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries.values())

    @property
    def actions(self) -> list[str]:
        return [str(entry.deed.action) for entry in self.entries]

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Entry]:
        found = sorted(
            (entry for entry in self.entries if entry.tenant_id == tenant_id and _is_wanted(entry, wanted)),
            key=lambda entry: entry.id,
            reverse=request.newest_first,
        )
        if request.after is not None:
            after = request.after
            found = [entry for entry in found if (entry.id < after if request.newest_first else entry.id > after)]
        return page_of(found, request.limit, lambda entry: entry.id)


def _is_wanted(entry: Entry, wanted: Filter) -> bool:
    since = wanted.since is None or entry.id >= first_id("aud", wanted.since)
    until = wanted.until is None or entry.id < first_id("aud", wanted.until)
    return wanted.matches(entry) and since and until
