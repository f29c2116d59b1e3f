"""Events: taken in, worked through, and found again when nobody is at them."""

from postroom.bootstrap import aws
from postroom.bootstrap.notifications_table import build_events
from postroom.bootstrap.observing import meter
from postroom.bootstrap.preferences import build_find_candidates, build_find_event_types
from postroom.bootstrap.telling import build_give_up, build_tell_users
from postroom.clock import system_clock
from postroom.events.observed import ObservedEvents
from postroom.events.post import PostEvents
from postroom.events.run import RunEvent
from postroom.leases.queue import EVENTS, SqsTickets
from postroom.settings import Settings


def build_event_tickets(settings: Settings) -> SqsTickets:
    return SqsTickets(aws.sqs(), settings.fan_out_queue_url, EVENTS)


def build_post_events(settings: Settings) -> PostEvents:
    event_types = build_find_event_types(settings)
    return PostEvents(_observed(settings), event_types, build_event_tickets(settings), settings.retention)


def build_run_event(settings: Settings) -> RunEvent:
    return RunEvent(
        _observed(settings),
        build_find_event_types(settings),
        build_find_candidates(settings),
        build_tell_users(settings),
        build_give_up(settings),
        build_event_tickets(settings),
        system_clock,
    )


def _observed(settings: Settings) -> ObservedEvents:
    return ObservedEvents(build_events(settings), meter())
