"""The routes of notices."""

from postroom.bootstrap.notices import build_find_notices
from postroom.notices.routes import notice_routes
from postroom.settings import Settings
from postroom.web.routes import Routes


def add_notices(routes: Routes, settings: Settings) -> None:
    notice_routes(routes, build_find_notices(settings))
