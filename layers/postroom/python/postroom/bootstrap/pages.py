"""Links for users, and the pages that they lead to."""

from collections.abc import Callable

from postroom.audit import entry_rows
from postroom.bootstrap import aws
from postroom.bootstrap.preferences import (
    build_find_event_types,
    build_forget_user,
    build_preferences,
    build_read_wishes,
)
from postroom.bootstrap.sealing import build_public_sealer, build_sealer
from postroom.bootstrap.templates import build_branding
from postroom.bootstrap.users import build_users
from postroom.clock import system_clock
from postroom.mails.model import MailRequest
from postroom.pages import store as pages_store
from postroom.pages.change import ChangeWishes
from postroom.pages.front import Pages
from postroom.pages.links import SealedLinks
from postroom.pages.open import OpenLink
from postroom.pages.show import ShowWishes
from postroom.pages.store import DynamoRevocations
from postroom.preferences.confirm import AskOwner
from postroom.preferences.look_up import TellWhatHolds
from postroom.preferences.manage import PutPreference
from postroom.preferences.settings import ChangeUserSettings
from postroom.preferences.store import DynamoTenantSettings, DynamoUserSettings
from postroom.settings import Settings
from postroom.users.manage import FindUsers


def build_make_links(settings: Settings) -> SealedLinks:
    return SealedLinks(settings.oauth2.public_url, build_sealer(settings), system_clock)


def build_pages(settings: Settings) -> Pages:
    users, event_types = FindUsers(build_users(settings)), build_find_event_types(settings)
    seal, revocations = build_public_sealer(settings), build_revocations(settings)
    tell = TellWhatHolds(users, event_types, build_read_wishes(settings))
    ask = AskOwner(DynamoTenantSettings(), _ask_nobody)
    put = PutPreference(build_preferences(settings), users, event_types, ask, system_clock)
    return Pages(
        open=OpenLink(seal, users, revocations, system_clock),
        show=ShowWishes(tell, build_branding(settings)),
        change=ChangeWishes(tell, put, ChangeUserSettings(DynamoUserSettings(), users)),
        clock=system_clock,
        audit_kept=settings.audit_retention,
    )


def _ask_nobody(_: MailRequest) -> None:
    """No page sets an address that its owner would have to confirm."""


def build_revocations(settings: Settings) -> DynamoRevocations:
    aws.name((*pages_store.ROWS, *entry_rows.ROWS), settings.directory_table)
    return DynamoRevocations()


def build_forget_user_and_links(settings: Settings) -> Callable[[str, str], None]:
    forget, revocations = build_forget_user(settings), build_revocations(settings)

    def forget_both(tenant_id: str, user_id: str) -> None:
        forget(tenant_id, user_id)
        revocations.forget(tenant_id, user_id)

    return forget_both
