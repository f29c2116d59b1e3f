"""What is due of digests, and what was left of events: both go onto the same queue."""

from postroom.bootstrap.fan_out_tickets import build_fan_out_tickets
from postroom.bootstrap.notifications_table import build_digests, build_events
from postroom.clock import system_clock
from postroom.digests import life as life_of_digests
from postroom.digests.model import Digest
from postroom.events import life as life_of_events
from postroom.events.model import Event
from postroom.leases.overdue import EnqueueOverdue
from postroom.leases.queue import DIGESTS, EVENTS
from postroom.settings import Settings


def build_enqueue_digests(settings: Settings) -> EnqueueOverdue[Digest]:
    digests, tickets = build_digests(settings), build_fan_out_tickets(settings, DIGESTS)
    return EnqueueOverdue(digests, digests.due, life_of_digests.looked_for, tickets, system_clock)


def build_enqueue_events(settings: Settings) -> EnqueueOverdue[Event]:
    events, tickets = build_events(settings), build_fan_out_tickets(settings, EVENTS)
    return EnqueueOverdue(events, events.due, life_of_events.looked_for, tickets, system_clock)
