from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock

from postroom.clock import to_milliseconds
from postroom.notices import keys
from postroom.notices.model import Notice
from postroom.notices.ports import Filter, Place
from postroom.paging import Page, PageRequest, page_of


class MemoryNotices:
    """Both the store and the log of notices."""

    def __init__(self) -> None:
        self._notices: dict[tuple[str, str, str], Notice] = {}
        self._lock = Lock()

    @property
    def all(self) -> list[Notice]:
        return list(self._notices.values())

    def add(self, notices: Sequence[Notice]) -> list[Notice]:
        with self._lock:
            return [self._notices.setdefault(_key(notice), notice) for notice in notices]

    def get_many(self, tenant_id: str, places: Iterable[Place]) -> dict[Place, Notice]:
        found = {place: self._notices.get((tenant_id, *place)) for place in places}
        return {place: notice for place, notice in found.items() if notice}

    def replace(self, seen: Notice, notice: Notice) -> bool:
        wanted = replace(notice, revision=seen.revision + 1)
        with self._lock:
            there = self._notices.get(_key(wanted))
            if there and there.revision == seen.revision:
                self._notices[_key(wanted)] = wanted
                return True
            return there == wanted

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Notice]:
        found = [
            (place, notice)
            for (owner, *_), notice in self._notices.items()
            if owner == tenant_id and wanted.matches(notice) and (place := _place(notice, wanted))
        ]
        found.sort(reverse=request.newest_first, key=lambda one: one[0])
        if request.after is not None:
            after = request.after
            found = [one for one in found if (one[0] < after if request.newest_first else one[0] > after)]
        page = page_of(found, request.limit, lambda one: one[0])
        return Page(tuple(notice for _, notice in page.items), page.last)


def _place(notice: Notice, wanted: Filter) -> str | None:
    """Where it stands in the order that is wanted, or None where it does not."""
    at = notice.sent_at if wanted.by_sending else notice.created_at
    if at is None or not _is_within(at, wanted):
        return None
    if wanted.by_sending:
        return keys.place_when_sent(to_milliseconds(at), notice.event_id, notice.user_id)
    return keys.place(notice.event_id, notice.user_id)


def _is_within(at: datetime, wanted: Filter) -> bool:
    return (wanted.since is None or at >= wanted.since) and (wanted.until is None or at < wanted.until)


def _key(notice: Notice) -> tuple[str, str, str]:
    return notice.tenant_id, notice.user_id, notice.event_id
