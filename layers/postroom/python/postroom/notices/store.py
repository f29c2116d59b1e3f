"""Notices in the notifications table."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from postroom.dynamo import as_seen, insert, save, translated
from postroom.notices import keys
from postroom.notices.model import Notice
from postroom.notices.ports import Place
from postroom.notices.rows import NoticeRow, notice_of, notice_row

_PARALLEL = 8
"""Each is a conditional write of its own."""


class DynamoNotices:
    def add(self, notices: Sequence[Notice]) -> list[Notice]:
        with ThreadPoolExecutor(_PARALLEL) as threads:
            added = list(threads.map(lambda notice: insert(notice_row(notice)), notices))
        refused = [notice for notice, is_new in zip(notices, added, strict=True) if not is_new]
        if not refused:
            return list(notices)
        there = self.get_many(refused[0].tenant_id, map(_place, refused))
        return [there.get(_place(notice), notice) for notice in notices]

    def get_many(self, tenant_id: str, places: Iterable[Place]) -> dict[Place, Notice]:
        wanted = [keys.notice_key(tenant_id, *place) for place in dict.fromkeys(places)]
        with translated():
            found = map(notice_of, NoticeRow.batch_get(wanted, consistent_read=True)) if wanted else ()
            return {_place(notice): notice for notice in found}

    def replace(self, seen: Notice, notice: Notice) -> bool:
        wanted = replace(notice, revision=seen.revision + 1)
        if save(notice_row(wanted), as_seen(NoticeRow, seen)):
            return True
        place = _place(wanted)
        return self.get_many(wanted.tenant_id, [place]).get(place) == wanted  # perhaps our own, whose answer was lost


def _place(notice: Notice) -> Place:
    return notice.user_id, notice.event_id
