"""What tells users of events, and asks once more before it is sent."""

from postroom.bootstrap import aws
from postroom.bootstrap.accept import build_accept
from postroom.bootstrap.links import build_make_links
from postroom.bootstrap.preferences import build_find_event_types, build_read_wishes
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.digests import rows as digest_rows
from postroom.digests.collect import Collect
from postroom.digests.store import DynamoDigests
from postroom.events import rows as event_rows
from postroom.events.store import DynamoEvents
from postroom.notices import rows as notice_rows
from postroom.notices.store import DynamoNotices
from postroom.settings import Settings
from postroom.telling import store as telling_store
from postroom.telling.carry_out import CarryOut
from postroom.telling.case import ReadCases
from postroom.telling.course import FindCourse
from postroom.telling.reconsider import Reconsider
from postroom.telling.still_wanted import StillWanted
from postroom.telling.store import DynamoToldLately
from postroom.telling.tell import TellUsers
from postroom.telling.throttle import AdmitByHour
from postroom.users.manage import FindUsers


def build_tell_users(settings: Settings) -> TellUsers:
    carry_out = _build_carry_out(settings)
    return TellUsers(
        _build_read_cases(settings), carry_out.find_course, _build_notices(settings), carry_out, system_clock
    )


def build_reconsider(settings: Settings) -> Reconsider:
    aws.name(event_rows.ROWS, settings.notifications_table)
    return Reconsider(
        _build_read_cases(settings),
        DynamoEvents(),
        build_find_event_types(settings),
        _build_carry_out(settings),
        system_clock,
    )


def build_still_wanted(settings: Settings) -> StillWanted:
    return StillWanted(
        _build_notices(settings),
        _build_digests(settings),
        FindUsers(build_users(settings)),
        build_find_event_types(settings),
        build_read_wishes(settings),
        system_clock,
    )


def _build_carry_out(settings: Settings) -> CarryOut:
    aws.name(telling_store.ROWS, settings.notifications_table)
    return CarryOut(
        _build_notices(settings),
        FindCourse(AdmitByHour(DynamoToldLately())),
        Collect(_build_digests(settings), settings.retention, system_clock),
        build_accept(settings),
        build_make_links(settings),
        system_clock,
    )


def _build_read_cases(settings: Settings) -> ReadCases:
    return ReadCases(FindUsers(build_users(settings)), build_read_wishes(settings))


def _build_notices(settings: Settings) -> DynamoNotices:
    aws.name(notice_rows.ROWS, settings.notifications_table)
    return DynamoNotices()


def _build_digests(settings: Settings) -> DynamoDigests:
    aws.name(digest_rows.ROWS, settings.notifications_table)
    return DynamoDigests()
