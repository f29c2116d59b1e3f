"""The routes of events."""

from postroom.bootstrap.notifications_table import build_events
from postroom.bootstrap.post_events import build_post_events
from postroom.events.find import FindEvents
from postroom.events.routes import event_routes
from postroom.settings import Settings
from postroom.web.routes import Routes


def add_events(routes: Routes, settings: Settings) -> None:
    event_routes(routes, build_post_events(settings), FindEvents(build_events(settings)))
