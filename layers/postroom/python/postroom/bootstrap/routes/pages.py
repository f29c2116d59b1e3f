"""The routes of links to the pages; the pages themselves are another function's."""

from postroom.bootstrap.links import build_make_links, build_revocations
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.pages.links import IssueLink
from postroom.pages.revoke import RevokeLinks
from postroom.pages.routes import link_routes
from postroom.settings import Settings
from postroom.users.manage import FindUsers
from postroom.web.routes import Routes


def add_pages(routes: Routes, settings: Settings) -> None:
    issue = IssueLink(FindUsers(build_users(settings)), build_make_links(settings))
    link_routes(routes, issue, RevokeLinks(build_revocations(settings), system_clock))
