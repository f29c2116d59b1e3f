"""Events are taken in, without all that tells users of them."""

from postroom.bootstrap.fan_out_tickets import build_fan_out_tickets
from postroom.bootstrap.notifications_table import build_events
from postroom.bootstrap.observing import meter
from postroom.bootstrap.preferences import build_find_event_types
from postroom.events.observed import ObservedEvents
from postroom.events.post import PostEvents
from postroom.leases.queue import EVENTS
from postroom.settings import Settings


def build_post_events(settings: Settings) -> PostEvents:
    return PostEvents(
        ObservedEvents(build_events(settings), meter()),
        build_find_event_types(settings),
        build_fan_out_tickets(settings, EVENTS),
        settings.retention,
    )
