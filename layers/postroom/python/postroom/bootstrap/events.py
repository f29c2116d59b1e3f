"""Events, worked through."""

from postroom.bootstrap.fan_out_tickets import build_fan_out_tickets
from postroom.bootstrap.notifications_table import build_events
from postroom.bootstrap.observing import meter
from postroom.bootstrap.preferences import build_find_candidates, build_find_event_types
from postroom.bootstrap.telling import build_give_up, build_tell_users
from postroom.clock import system_clock
from postroom.events.observed import ObservedEvents
from postroom.events.run import RunEvent
from postroom.leases.queue import EVENTS
from postroom.settings import Settings


def build_run_event(settings: Settings) -> RunEvent:
    return RunEvent(
        ObservedEvents(build_events(settings), meter()),
        build_find_event_types(settings),
        build_find_candidates(settings),
        build_tell_users(settings),
        build_give_up(settings),
        build_fan_out_tickets(settings, EVENTS),
        system_clock,
    )
