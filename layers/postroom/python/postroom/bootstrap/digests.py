"""Digests, and what makes their mails."""

from postroom.bootstrap.accept import build_accept
from postroom.bootstrap.fan_out_tickets import build_fan_out_tickets
from postroom.bootstrap.links import build_make_links
from postroom.bootstrap.messages import build_messages
from postroom.bootstrap.notifications_table import build_digests, build_events, build_notices
from postroom.bootstrap.observing import meter
from postroom.bootstrap.preferences import build_find_event_types, build_read_wishes
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.digests.choose import FindRecipient
from postroom.digests.collect import Collect
from postroom.digests.contents import Contents
from postroom.digests.mail import WriteMail
from postroom.digests.make import MakeDigest
from postroom.digests.observed import ObservedDigests
from postroom.leases.queue import DIGESTS
from postroom.messages.find import FindMessages
from postroom.settings import Settings
from postroom.users.manage import FindUsers


def build_collect(settings: Settings) -> Collect:
    return Collect(build_digests(settings), settings.retention)


def build_make_digest(settings: Settings) -> MakeDigest:
    find_recipient = FindRecipient(
        FindUsers(build_users(settings)), build_find_event_types(settings), build_read_wishes(settings)
    )
    return MakeDigest(
        ObservedDigests(build_digests(settings), meter()),
        Contents(build_notices(settings), build_collect(settings)),
        find_recipient,
        WriteMail(build_events(settings).get_many, build_make_links(settings)),
        build_accept(settings),
        FindMessages(build_messages(settings)),
        build_fan_out_tickets(settings, DIGESTS),
        system_clock,
    )
