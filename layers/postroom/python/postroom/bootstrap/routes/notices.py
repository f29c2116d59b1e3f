"""The routes of notices."""

from postroom.bootstrap.notifications_table import build_notices
from postroom.bootstrap.users import build_users
from postroom.notices.find import FindNotices
from postroom.notices.listing import DynamoNoticeLog
from postroom.notices.routes import notice_routes
from postroom.settings import Settings
from postroom.users.manage import FindUsers
from postroom.web.routes import Routes


def add_notices(routes: Routes, settings: Settings) -> None:
    find = FindNotices(DynamoNoticeLog(build_notices(settings)), FindUsers(build_users(settings)))
    notice_routes(routes, find)
