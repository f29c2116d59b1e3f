"""The pages that links in notices lead to."""

from postroom.bootstrap.links import build_revocations
from postroom.bootstrap.preferences import (
    build_find_event_types,
    build_preferences,
    build_read_wishes,
)
from postroom.bootstrap.sealing import build_links_sealer
from postroom.bootstrap.templates import build_branding
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.mails.model import MailRequest
from postroom.pages.change import ChangeWishes
from postroom.pages.front import Pages
from postroom.pages.open import OpenLink
from postroom.pages.show import ShowWishes
from postroom.preferences.confirm import AskOwner
from postroom.preferences.look_up import TellWhatHolds
from postroom.preferences.manage import PutPreference
from postroom.preferences.settings import ChangeUserSettings
from postroom.preferences.store import DynamoTenantSettings, DynamoUserSettings
from postroom.settings import Settings
from postroom.users.manage import FindUsers


def build_pages(settings: Settings) -> Pages:
    users, event_types = FindUsers(build_users(settings)), build_find_event_types(settings)
    seal, revocations = build_links_sealer(settings), build_revocations(settings)
    tell = TellWhatHolds(users, event_types, build_read_wishes(settings))
    ask = AskOwner(DynamoTenantSettings(), _never)
    put = PutPreference(build_preferences(settings), users, event_types, ask, system_clock)
    return Pages(
        open=OpenLink(seal, users, revocations, system_clock),
        show=ShowWishes(tell, build_branding(settings)),
        change=ChangeWishes(tell, put, ChangeUserSettings(DynamoUserSettings(), users)),
        clock=system_clock,
        audit_kept=settings.audit_retention,
    )


def _never(_: MailRequest) -> None:
    raise RuntimeError("No page sets an address that its owner would have to confirm")
