"""Reads notices back."""

from postroom.notices.model import Notice
from postroom.notices.ports import Filter, NoticeLog
from postroom.paging import Page, PageRequest


class FindNotices:
    def __init__(self, log: NoticeLog) -> None:
        self._log = log

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Notice]:
        return self._log.page(tenant_id, wanted, request)
