"""Reads notices back."""

from dataclasses import replace

from postroom.notices.model import Notice
from postroom.notices.ports import Filter, NoticeLog
from postroom.paging import Page, PageRequest
from postroom.users.manage import FindUsers


class FindNotices:
    def __init__(self, log: NoticeLog, users: FindUsers) -> None:
        self._log = log
        self._users = users

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Notice]:
        return self._log.page(tenant_id, wanted, request)

    def own_page(self, tenant_id: str, user_id: str, wanted: Filter, request: PageRequest) -> Page[Notice]:
        """Of a user's own, and nothing of another one's who had this id before. Raises NotFound."""
        there_since = self._users.one(tenant_id, user_id).there_since
        since = max(wanted.since or there_since, there_since)
        own = replace(wanted, user_id=user_id, since=since, created_since=there_since)
        return self._log.page(tenant_id, own, request)
