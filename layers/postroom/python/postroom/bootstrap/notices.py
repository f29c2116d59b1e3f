"""Notices, and how they follow the mails that carry them."""

from postroom.bootstrap import aws
from postroom.bootstrap.notifications_table import build_digests, build_notices
from postroom.digests.carried import ReadCarried
from postroom.leases.model import Ticket
from postroom.leases.queue import MAILS, SqsTickets
from postroom.notices.outcome import FollowMails
from postroom.settings import Settings


def build_follow_mails(settings: Settings) -> FollowMails:
    # It takes time, and templates and all: whoever follows the stream only has it done.
    tickets = SqsTickets(aws.sqs(), settings.fan_out_queue_url, MAILS)
    return FollowMails(
        build_notices(settings),
        build_carried(settings),
        lambda message: tickets.put(Ticket(message.tenant_id, message.id)),
    )


def build_carried(settings: Settings) -> ReadCarried:
    return ReadCarried(build_digests(settings))
