"""What tells users of events, and asks once more before it is sent."""

from postroom.bootstrap import aws
from postroom.bootstrap.accept import build_accept
from postroom.bootstrap.digests import build_collect
from postroom.bootstrap.links import build_make_links
from postroom.bootstrap.messages import build_messages
from postroom.bootstrap.notices import build_carried
from postroom.bootstrap.notifications_table import build_events, build_notices, build_told_lately
from postroom.bootstrap.preferences import build_find_event_types, build_read_wishes
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.leases.queue import MAILS, SqsTickets
from postroom.messages.find import FindMessages
from postroom.notices.listing import DynamoNoticeLog
from postroom.settings import Settings
from postroom.telling.carry_out import CarryOut
from postroom.telling.case import ReadCases
from postroom.telling.course import FindCourse
from postroom.telling.give_up import GiveUp
from postroom.telling.reconsider import Reconsider
from postroom.telling.reconsider_mail import ReconsiderMail
from postroom.telling.still_wanted import StillWanted
from postroom.telling.tell import TellUsers
from postroom.telling.throttle import AdmitByHour
from postroom.users.manage import FindUsers


def build_tell_users(settings: Settings) -> TellUsers:
    carry_out = _build_carry_out(settings)
    return TellUsers(
        _build_read_cases(settings), carry_out.find_course, build_notices(settings), carry_out, system_clock
    )


def build_give_up(settings: Settings) -> GiveUp:
    return GiveUp(DynamoNoticeLog(build_notices(settings)), _build_carry_out(settings))


def build_reconsider(settings: Settings) -> Reconsider:
    return Reconsider(
        _build_read_cases(settings),
        build_events(settings),
        build_find_event_types(settings),
        _build_carry_out(settings),
        system_clock,
    )


def build_reconsider_mail(settings: Settings) -> ReconsiderMail:
    return ReconsiderMail(
        build_messages(settings),
        build_carried(settings),
        build_notices(settings),
        build_reconsider(settings),
        SqsTickets(aws.sqs(), settings.fan_out_queue_url, MAILS),
    )


def build_still_wanted(settings: Settings) -> StillWanted:
    return StillWanted(
        build_notices(settings),
        build_carried(settings),
        FindUsers(build_users(settings)),
        build_find_event_types(settings),
        build_read_wishes(settings),
        AdmitByHour(build_told_lately(settings)),
        system_clock,
    )


def _build_carry_out(settings: Settings) -> CarryOut:
    return CarryOut(
        build_notices(settings),
        FindCourse(AdmitByHour(build_told_lately(settings))),
        build_collect(settings),
        build_accept(settings),
        FindMessages(build_messages(settings)).statuses,
        build_make_links(settings),
        system_clock,
    )


def _build_read_cases(settings: Settings) -> ReadCases:
    return ReadCases(FindUsers(build_users(settings)), build_read_wishes(settings))
