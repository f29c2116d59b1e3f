"""Tickets for the queue of the fan-out function."""

from postroom.bootstrap import aws
from postroom.leases.queue import Payloads, SqsTickets
from postroom.settings import Settings


def build_fan_out_tickets(settings: Settings, payloads: Payloads) -> SqsTickets:
    return SqsTickets(aws.sqs(), settings.fan_out_queue_url, payloads)
